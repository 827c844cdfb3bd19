#include "queue/idempotency.h"

namespace fh {
namespace {

std::optional<EffectRow> find(Transaction& tx, const AskingRun& run, const EffectName& name) {
  return name.kind == EffectName::Kind::once ? tx.effects.find_once(run.plugin, name.name)
                                             : tx.effects.find_step(run.job, name.name);
}

}  // namespace

BeginResult begin_effect(Transaction& tx, const AskingRun& run, const EffectName& name) {
  if (!tx.jobs.is_live(run.job, run.lease)) return {Begin::lease_lost, {}};
  if (const auto row = find(tx, run, name)) {
    if (row->result) return {Begin::done, *row->result};
    const bool own = row->job == run.job && row->lease == run.lease;
    if (own) return {Begin::nested, {}};
    if (row->lease != 0 && tx.jobs.is_live(row->job, row->lease)) return {Begin::busy, {}};
  }
  if (name.kind == EffectName::Kind::once)
    tx.effects.begin_once(run.plugin, name.name, run.job, run.lease, tx.now);
  else
    tx.effects.begin_step(run.job, name.name, run.lease, tx.now);
  return {Begin::begun, {}};
}

std::optional<Obstacle> finish_effect(Transaction& tx, const AskingRun& run, const EffectName& name,
                                      const std::string& result, const Effects& effects) {
  const auto job = tx.jobs.find_running(run.job, run.lease);
  if (!job) return Obstacle{Obstacle::Kind::lease_lost, "the lease was lost"};
  if (auto obstacle = obstacle_to(tx, *job, effects)) return obstacle;
  apply(tx, *job, effects);
  if (name.kind == EffectName::Kind::once)
    tx.effects.finish_once(run.plugin, name.name, result, tx.now);
  else
    tx.effects.finish_step(run.job, name.name, result, tx.now);
  return std::nullopt;
}

void leave_effect(Transaction& tx, const AskingRun& run, const EffectName& name) {
  if (!tx.jobs.is_live(run.job, run.lease)) return;
  if (name.kind == EffectName::Kind::once)
    tx.effects.leave_once(run.plugin, name.name);
  else
    tx.effects.leave_step(run.job, name.name);
}

bool was_interrupted(Transaction& tx, const AskingRun& run, const std::string& key) {
  const auto row = tx.effects.find_once(run.plugin, key);
  if (!row || row->result) return false;
  return row->interrupted || (row->lease != 0 && !tx.jobs.is_live(row->job, row->lease));
}

}  // namespace fh
