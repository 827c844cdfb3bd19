#include "queue/idempotency.h"

namespace fh {
namespace {

std::optional<EffectRow> find(Transaction& tx, const Holder& holder, const EffectName& name) {
  return name.kind == EffectName::Kind::once ? tx.effects.find_once(holder.plugin, name.name)
                                             : tx.effects.find_step(holder.job, name.name);
}

}  // namespace

BeginResult begin_effect(Transaction& tx, const Holder& holder, const EffectName& name) {
  if (!tx.jobs.is_live(holder.job, holder.lease)) return {Begin::lease_lost, {}};
  if (const auto row = find(tx, holder, name)) {
    if (row->result) return {Begin::done, *row->result};
    const bool own = row->job == holder.job && row->lease == holder.lease;
    if (own) return {Begin::nested, {}};
    if (row->lease != 0 && tx.jobs.is_live(row->job, row->lease)) return {Begin::busy, {}};
  }
  if (name.kind == EffectName::Kind::once)
    tx.effects.begin_once(holder.plugin, name.name, holder.job, holder.lease, tx.now);
  else
    tx.effects.begin_step(holder.job, name.name, holder.lease, tx.now);
  return {Begin::begun, {}};
}

bool finish_effect(Transaction& tx, const Holder& holder, const EffectName& name,
                   const std::string& result, const Effects& effects) {
  const auto job = tx.jobs.find_running(holder.job, holder.lease);
  if (!job) return false;
  apply(tx, *job, effects);
  if (name.kind == EffectName::Kind::once)
    tx.effects.finish_once(holder.plugin, name.name, result, tx.now);
  else
    tx.effects.finish_step(holder.job, name.name, result, tx.now);
  return true;
}

void leave_effect(Transaction& tx, const Holder& holder, const EffectName& name) {
  if (!tx.jobs.is_live(holder.job, holder.lease)) return;
  if (name.kind == EffectName::Kind::once)
    tx.effects.leave_once(holder.plugin, name.name);
  else
    tx.effects.leave_step(holder.job, name.name);
}

bool was_interrupted(Transaction& tx, const Holder& holder, const std::string& key) {
  const auto row = tx.effects.find_once(holder.plugin, key);
  if (!row || row->result) return false;
  return row->interrupted || (row->lease != 0 && !tx.jobs.is_live(row->job, row->lease));
}

}  // namespace fh
