#include "domain/watch.h"

#include <algorithm>
#include <set>

#include "domain/snapshot.h"

namespace fh {
namespace {

bool is_empty_value(const Json& value) { return value.is_null() || value == ""; }

FieldChange whole(const Change& change) {
  return {true, change.from ? &*change.from : nullptr, &change.to};
}

const Json kNull;

// Whether null stands in the place of what has a part there.
bool is_inside_null(const Json& value, std::string_view path) {
  if (value.is_null()) return true;
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    const Json* outer = find_inside(value, path.substr(0, dot));
    if (outer != nullptr && outer->is_null()) return true;
  }
  return false;
}

// The part of a wider change that lies at `rest` inside it. Unless both sides are known and equal
// there, the change is believed. Where null takes the place of all that a side had, or had not yet,
// its part is null, too.
FieldChange narrowed(const Change& change, std::string_view rest) {
  const Json* to = find_inside(change.to, rest);
  const Json* from = change.from ? find_inside(*change.from, rest) : nullptr;
  if (to == nullptr && from != nullptr && is_inside_null(change.to, rest)) to = &kNull;
  if (from == nullptr && to != nullptr && change.from && is_inside_null(*change.from, rest))
    from = &kNull;
  if (to == nullptr && from == nullptr) return {};
  if (to != nullptr && from != nullptr && *to == *from) return {};
  return {true, from, to};
}

bool met(const Watch& watch, const FieldChange& change) {
  switch (watch.kind) {
    case WatchKind::changes: return true;
    case WatchKind::becomes:
      return change.to != nullptr &&
             std::find(watch.values.begin(), watch.values.end(), *change.to) != watch.values.end();
    case WatchKind::from_to:
      return change.from != nullptr && change.to != nullptr && *change.from == watch.values[0] &&
             *change.to == watch.values[1];
    case WatchKind::clears:
      return change.to != nullptr && is_empty_value(*change.to) &&
             (change.from == nullptr || !is_empty_value(*change.from));
    case WatchKind::created:
    case WatchKind::deleted: return false;
  }
  return false;
}

// What is said of a field by this name. Looked up: a body may tell of very many fields.
FieldChange change_named(const Occurrence& occurrence, const std::string& name) {
  const Changes& changes = occurrence.changes;
  if (const auto exact = changes.find(name); exact != changes.end()) return whole(exact->second);
  const auto bare_at = name.size() - bare_field(name).size();
  for (auto dot = name.find('.', bare_at); dot != std::string::npos; dot = name.find('.', dot + 1))
    if (const auto wider = changes.find(name.substr(0, dot)); wider != changes.end())
      return narrowed(wider->second, std::string_view(name).substr(dot + 1));
  if (has_inside(changes, name))
    return {true, nullptr, find_field(occurrence.snapshot.json(), name)};
  return {};
}

std::string mistake_in_keys(const Json& json) {
  static const std::set<std::string> kKnown = {"record", "field",  "changes", "becomes", "from",
                                               "to",     "clears", "created", "deleted"};
  for (const auto& [key, value] : json.items())
    if (!kKnown.contains(key)) return "unknown key \"" + key + "\"";
  return "";
}

}  // namespace

FieldChange change_at(const Occurrence& occurrence, std::string_view field) {
  if (const auto own = change_named(occurrence, std::string(field)); own.changed) return own;
  const std::string_view bare = bare_field(field);
  if (bare.size() == field.size()) return {};
  const FieldChange other = change_named(occurrence, std::string(bare));
  // That is the standard field's, where there are two.
  const bool is_other = other.changed && (names_custom(occurrence.event, bare) ||
                                          has_both(occurrence.snapshot.json(), bare));
  return is_other ? FieldChange{} : other;
}

bool is_change_of(std::string_view field, std::string_view name, const Event& event) {
  if (name == field) return true;
  return name == bare_field(field) && !names_custom(event, name) &&
         !has_both(event.snapshot.json(), name);
}

std::optional<EventKind> awaited_event(const Watch& watch) {
  if (watch.kind == WatchKind::created) return EventKind::created;
  if (watch.kind == WatchKind::deleted) return EventKind::deleted;
  return std::nullopt;
}

bool matches(const Watch& watch, const Occurrence& occurrence) {
  if (watch.type != occurrence.event.type) return false;
  if (const auto awaited = awaited_event(watch)) return occurrence.event.kind == *awaited;
  const FieldChange change = change_at(occurrence, watch.field);
  return change.changed && met(watch, change);
}

std::string why_not(const Watch& watch, const Occurrence& occurrence, std::string_view unknown) {
  if (matches(watch, occurrence)) return "";
  if (watch.type != occurrence.event.type)
    return "the record is a " + std::string(name_of(occurrence.event.type));
  if (const auto awaited = awaited_event(watch))
    return "the event is \"" + std::string(name_of(occurrence.event.kind)) + "\", not \"" +
           std::string(name_of(*awaited)) + "\"";
  const FieldChange change = change_at(occurrence, watch.field);
  if (!change.changed) return watch.field + " is not among the changes";
  const auto shown = [unknown](const Json* value) {
    return value == nullptr ? std::string(unknown) : to_text(*value);
  };
  const std::string became = watch.field + " became " + shown(change.to);
  return watch.kind == WatchKind::from_to ? became + " from " + shown(change.from) : became;
}

std::string describe(const Watch& watch) {
  const std::string type(name_of(watch.type));
  const std::string subject = type + " " + watch.field;
  switch (watch.kind) {
    case WatchKind::changes: return subject + " changes";
    case WatchKind::from_to:
      return subject + " from " + to_text(watch.values[0]) + " to " + to_text(watch.values[1]);
    case WatchKind::clears: return subject + " clears";
    case WatchKind::created: return type + " created";
    case WatchKind::deleted: return type + " deleted";
    case WatchKind::becomes: break;
  }
  std::string text = subject + " becomes ";
  for (std::size_t i = 0; i < watch.values.size(); ++i)
    text += (i == 0 ? "" : " or ") + to_text(watch.values[i]);
  return text;
}

Json to_json(const Watch& watch) {
  Json json = {{"record", name_of(watch.type)}};
  if (!awaited_event(watch)) json["field"] = watch.field;
  switch (watch.kind) {
    case WatchKind::changes: json["changes"] = true; break;
    case WatchKind::becomes: json["becomes"] = watch.values; break;
    case WatchKind::from_to:
      json["from"] = watch.values[0];
      json["to"] = watch.values[1];
      break;
    case WatchKind::clears: json["clears"] = true; break;
    case WatchKind::created: json["created"] = true; break;
    case WatchKind::deleted: json["deleted"] = true; break;
  }
  return json;
}

ParsedWatch watch_from_json(const Json& json) {
  ParsedWatch parsed;
  const auto fail = [&parsed](std::string why) {
    parsed.mistake = std::move(why);
    return parsed;
  };
  if (!json.is_object()) return fail("a watch is a JSON object");
  if (auto mistake = mistake_in_keys(json); !mistake.empty()) return fail(mistake);
  const auto record = json.find("record");
  const auto type = record != json.end() && record->is_string()
                        ? record_type_from(record->get_ref<const std::string&>())
                        : std::nullopt;
  if (!type) return fail("\"record\" must be \"contact\" or \"company\"");
  Watch& watch = parsed.watch;
  watch.type = *type;

  const bool has_pair = json.contains("from") || json.contains("to");
  const int conditions = json.contains("changes") + json.contains("becomes") + has_pair +
                         json.contains("clears") + json.contains("created") +
                         json.contains("deleted");
  if (conditions != 1)
    return fail(
        "a watch has one condition of changes, becomes, from and to, clears, created, deleted");
  for (const char* flag : {"changes", "clears", "created", "deleted"})
    if (json.contains(flag) && json[flag] != true)
      return fail(std::string("\"") + flag + "\" can only be true");

  const auto field = json.find("field");
  if (json.contains("created")) watch.kind = WatchKind::created;
  if (json.contains("deleted")) watch.kind = WatchKind::deleted;
  if (awaited_event(watch)) {
    if (field != json.end()) return fail("a watch of creations or deletions has no field");
    return parsed;
  }
  if (field == json.end() || !field->is_string() || *field == "")
    return fail("\"field\" must name a field");
  watch.field = *field;
  if (watch.field == kCustomFields || bare_field(watch.field).empty())
    return fail("\"" + watch.field +
                "\" is not a field, but where custom fields are: name one of them");
  if (json.contains("clears")) watch.kind = WatchKind::clears;
  if (json.contains("becomes")) {
    if (!json["becomes"].is_array() || json["becomes"].empty())
      return fail("\"becomes\" must list at least one value");
    watch.kind = WatchKind::becomes;
    watch.values = json["becomes"].get<std::vector<Json>>();
  }
  if (has_pair) {
    if (!json.contains("from") || !json.contains("to"))
      return fail("\"from\" and \"to\" belong together");
    watch.kind = WatchKind::from_to;
    watch.values = {json["from"], json["to"]};
  }
  return parsed;
}

}  // namespace fh
