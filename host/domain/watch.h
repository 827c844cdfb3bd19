// Watch: a plugin's declaration of what it waits for: a record type, a field, and a condition on
// that field's change. Edge-triggered: the field must be among the event's changes. Plain values.
//
// JSON, as manifests write it:  {"record": "contact", "field": "status", "becomes": ["Passed"]}
//   "changes": true | "becomes": [v, ...] | "from": a, "to": b | "clears": true
//   {"record": "contact", "created": true} and "deleted" have no field.
#pragma once

#include <string>
#include <vector>

#include "domain/event.h"

namespace fh {

enum class WatchKind { changes, becomes, from_to, clears, created, deleted };

struct Watch {
  RecordType type = RecordType::contact;
  WatchKind kind = WatchKind::changes;
  std::string field;         // empty for created and deleted
  std::vector<Json> values;  // becomes: any of these; from_to: {from, to}

  bool operator==(const Watch&) const = default;
};

/// What must have happened to the record as a whole; nullopt for a watch of a field.
std::optional<EventKind> awaited_event(const Watch& watch);

/// Whether what happened meets the watch. `from_to` needs a known old value.
bool matches(const Watch& watch, const Occurrence& occurrence);

/// Why what happened does not meet the watch, in a sentence without a capital; "" when it does.
/// `unknown` stands for an old value that is not known.
std::string why_not(const Watch& watch, const Occurrence& occurrence,
                    std::string_view unknown = "an unknown value");

/// `contact level2_review_status becomes "Passed"`, for people.
std::string describe(const Watch& watch);

Json to_json(const Watch& watch);

struct ParsedWatch {
  Watch watch;
  std::string mistake;  // empty when the JSON is a watch
};
ParsedWatch watch_from_json(const Json& json);

/// What is said of one field path: the change, narrowed or widened to exactly that path.
struct FieldChange {
  bool changed = false;
  const Json* from = nullptr;  // null pointer: unknown
  const Json* to = nullptr;    // null pointer: unknown or absent
};
FieldChange change_at(const Occurrence& occurrence, std::string_view field);

/// Whether a change that goes by `name` is of that very field, or of all that has this name: the
/// bare name of a custom field is the standard field's where the record has both, or the event
/// tells of both.
bool is_change_of(std::string_view field, std::string_view name, const Event& event);

/// Whether a map by path has a path inside `outer`.
template <class Map>
bool has_inside(const Map& by_path, const std::string& outer) {
  const std::string start = outer + ".";
  const auto first = by_path.lower_bound(start);
  return first != by_path.end() && first->first.starts_with(start);
}

}  // namespace fh
