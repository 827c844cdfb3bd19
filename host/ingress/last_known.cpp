#include "ingress/last_known.h"

#include <algorithm>

#include "domain/snapshot.h"
#include "domain/stored_json.h"

namespace fh {
namespace {

// Of a record that is seen whole for the first time: the old value is not known, or no part of it
// that differs, or as the text of a table's cell, which cannot be told from an object's or a
// list's.
bool is_first_told(const Change& change) {
  return !change.from || *change.from == change.to ||
         (change.from->is_string() && change.to.is_structured());
}

// Compares a full object with the baseline; the reason says why nothing counts as changed. That a
// record was created counts even if it is told late. Of a record that is seen whole for the first
// time, only what was known of it has changed.
void find_changes(Transaction& tx, Considered& considered, SourceConfig::FirstSeen first_seen) {
  const Event& event = considered.arrived->event;
  const bool counts =
      event.kind == EventKind::created || first_seen == SourceConfig::FirstSeen::changed;
  if (considered.is_stale) {
    if (event.kind != EventKind::created) considered.reason = kStale;
    return;
  }
  const auto baseline = tx.records.baseline(considered.record);
  if (!baseline && !counts)
    considered.reason = "first_seen";
  else if (!baseline)
    considered.changes = compare(Json::object(), event.snapshot.json());
  else if (*baseline != event.snapshot.text())
    considered.changes = compare(Json::parse(*baseline), event.snapshot.json());
  if (counts || considered.record.shape != 0) return;
  for (auto& [field, change] : considered.changes)
    if (change.from) change.from = completed(*change.from, change.to);
  const auto told = std::erase_if(considered.changes,
                                  [](const auto& change) { return is_first_told(change.second); });
  if (told > 0 && considered.changes.empty()) considered.reason = "first_seen";
}

// By its own name, which may have a dot in it, or as a part of another.
bool stands_in(const Json* fields, std::string_view field) {
  return fields != nullptr && fields->is_object() &&
         (fields->contains(field) || fields->contains(first_segment(field)));
}

// A change that names a custom field is that one's, also where a standard field of that name is
// known. Of a record that was never whole, what is known by the bare name may be the custom field
// itself. The record beside a change list has told them apart already.
void tell_custom_fields_apart(Transaction& tx, const StoredRecord& record, Changes& changes) {
  const auto is_custom = [](const auto& change) { return change.second.custom; };
  if (std::none_of(changes.begin(), changes.end(), is_custom)) return;
  const auto baseline = tx.records.baseline(record);
  if (!baseline) return;
  const Json known = Json::parse(*baseline);
  Changes named;
  for (auto& [field, change] : changes) {
    const bool both = change.custom && stands_in(&known, field) &&
                      (record.shape != 0 || stands_in(find_inside(known, kCustomFields), field));
    named.emplace(both ? custom_path(field) : field, std::move(change));
  }
  changes = std::move(named);
}

void fill_old_values(Transaction& tx, const StoredRecord& record, Changes& changes) {
  const auto is_open = [](const auto& change) { return !change.second.from; };
  if (std::none_of(changes.begin(), changes.end(), is_open)) return;
  const auto baseline = tx.records.baseline(record);
  if (!baseline) return;
  // One field's text is found sooner than all is read; many would be looked for again and again.
  if (changes.size() == 1) {
    auto& [field, change] = *changes.begin();
    change.from = stored_field(*baseline, field);
    return;
  }
  const Json known = Json::parse(*baseline);
  for (auto& [field, change] : changes) {
    const Json* value = change.from ? nullptr : find_changed(known, changes, field);
    if (value != nullptr) change.from = *value;
  }
}

// Brings the last known record up to date; it is saved later.
void update_baseline(Transaction& tx, const Arrival& arrival, Considered& considered) {
  StoredRecord& record = considered.record;
  const ArrivedEvent& arrived = *considered.arrived;
  const SnapshotText& snapshot = arrived.event.snapshot;
  if (arrived.updated_at) record.updated_at = arrived.updated_at;
  const bool is_whole = record.shape != 0 || (snapshot.known() && !arrived.event.may_lack_fields);
  if (snapshot.known() && (!record.has_baseline || record.shape == snapshot.shape())) {
    record.shape = is_whole ? snapshot.shape() : 0;
    record.in_body = body_part(arrival, arrived.event);
    record.snapshot = record.in_body ? std::nullopt : std::optional(snapshot.text());
  } else {
    const auto baseline = tx.records.baseline(record);
    Json known = baseline ? Json::parse(*baseline) : Json();
    if (record.shape == 0)
      for (const Changes* told : {&arrived.event.unchanged, &arrived.event.changes})
        move_custom_fields(known, *told);
    record.snapshot = to_text(merge(std::move(known), arrived.event));
    record.in_body.reset();
    record.shape = is_whole ? stored_shape(stored_members(*record.snapshot)) : 0;
  }
  record.has_baseline = true;
}

}  // namespace

TimePoint told_at(const Transaction& tx, const Arrival& arrival) {
  return arrival.told_at ? std::min(*arrival.told_at, tx.now) : tx.now;
}

bool is_stale(Transaction& tx, const Arrival& arrival, const Considered& considered) {
  const auto& given = considered.arrived->updated_at;
  const auto& known = considered.record.updated_at;
  if (given && known && *given < *known) return true;
  const bool exported = considered.arrived->event.may_lack_fields && arrival.told_at;
  return exported && tx.records.last_told(considered.record.id).at > told_at(tx, arrival);
}

void take_baseline(Transaction& tx, const Arrival& arrival, Considered& considered) {
  const Event& event = considered.arrived->event;
  considered.changes = event.changes;
  if (considered.may_match) tell_custom_fields_apart(tx, considered.record, considered.changes);
  if (event.mode == PayloadMode::full_object)
    find_changes(tx, considered, arrival.source->first_seen);
  else if (considered.wants_old_values && !considered.is_stale)
    fill_old_values(tx, considered.record, considered.changes);
  if (!considered.is_stale) update_baseline(tx, arrival, considered);
}

}  // namespace fh
