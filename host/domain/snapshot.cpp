#include "domain/snapshot.h"

#include "domain/watch.h"

namespace fh {
namespace {

constexpr std::string_view kCustomPrefix = "custom_field.";

const Json* member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

bool has_custom(const Json& record, std::string_view field) {
  const Json* custom = member(record, kCustomFields);
  return custom != nullptr && member(*custom, field) != nullptr;
}

// An export's column or a list of names may have told of "address.city" before anyone knew that it
// is a part of "address".
void forget_parts_of(Json& around, const std::string& name, const Json& value) {
  auto& fields = around.get_ref<Json::object_t&>();
  const std::string inside = name + ".";
  for (auto at = fields.lower_bound(inside); at != fields.end() && at->first.starts_with(inside);) {
    const std::string_view part = std::string_view(at->first).substr(inside.size());
    at = find_inside(value, part) != nullptr ? fields.erase(at) : std::next(at);
  }
}

void set_member(Json& around, const std::string& name, const Json& value) {
  if (value.is_object()) forget_parts_of(around, name, value);
  around[name] = value;
}

// What stands where custom fields are known and is no object: null in a whole record clears each of
// them, and anything else says nothing.
void lay_over_custom(Json& custom, const Json& value) {
  if (!value.is_null()) return;
  for (Json& field : custom) field = nullptr;
}

bool is_group(const Json* custom) { return custom != nullptr && custom->is_object(); }

void lay_over(Json& baseline, const Json& snapshot) {
  for (const auto& [name, value] : snapshot.items()) {
    if (name == kCustomFields && !value.is_object() && is_group(member(baseline, name))) {
      lay_over_custom(baseline[name], value);
      continue;
    }
    if (name != kCustomFields || !value.is_object()) {
      // A change list may have told of this field, and not that it is a custom one.
      const bool is_custom =
          !baseline.contains(name) && has_custom(baseline, name) && !has_custom(snapshot, name);
      set_member(is_custom ? baseline[std::string(kCustomFields)] : baseline, name, value);
      continue;
    }
    Json& custom = baseline[name];
    if (!custom.is_object()) custom = Json::object();
    for (const auto& [field, inner] : value.items()) {
      set_member(custom, field, inner);
      // A change list may have told of this field before anyone knew that it is a custom one.
      if (!snapshot.contains(field)) baseline.erase(field);
    }
  }
}

// By a bare name, the custom field where only that is known; unless the event names that one, too.
void set_field(Json& record, const std::string& path, const Json& value, const Event& event) {
  if (path == kCustomFields && !value.is_object() && is_group(member(record, path))) return;
  Json* place = &record;
  std::string_view rest = path;
  if (rest.starts_with(kCustomPrefix) ||
      (!record.contains(first_segment(path)) && has_custom(record, first_segment(path)) &&
       !names_custom(event, path))) {
    place = &record[std::string(kCustomFields)];
    rest = bare_field(path);
  }
  const bool is_known = place->is_object() && place->contains(rest);
  for (auto dot = rest.find('.'); !is_known && dot != std::string_view::npos;
       dot = rest.find('.')) {
    if (!place->is_object()) *place = Json::object();
    place = &(*place)[std::string(rest.substr(0, dot))];
    rest.remove_prefix(dot + 1);
  }
  if (!place->is_object()) *place = Json::object();
  set_member(*place, std::string(rest), value);
}

// A table's cell is a text whatever the field holds (ingress/imported.h).
bool is_same(const Json& old, const Json& now) {
  if (old == now) return true;
  const bool may_be_cell = old.is_string() && (now.is_number() || now.is_boolean());
  return may_be_cell && read_as(now, old.get_ref<const std::string&>()) == std::optional(now);
}

void compare_field(Changes& changes, const std::string& name, const Json* old, const Json& now) {
  if (old != nullptr && is_same(*old, now)) return;
  Change& change = changes[name];
  if (old != nullptr) change.from = *old;
  change.to = now;
}

}  // namespace

std::string_view bare_field(std::string_view path) {
  if (path.starts_with(kCustomPrefix)) path.remove_prefix(kCustomPrefix.size());
  return path;
}

std::string custom_path(std::string_view field) {
  return std::string(kCustomPrefix) + std::string(bare_field(field));
}

std::string_view first_segment(std::string_view path) {
  const std::string_view bare = bare_field(path);
  return bare.substr(0, bare.find('.'));
}

const Json* find_inside(const Json& value, std::string_view path) {
  const Json* at = &value;
  while (!path.empty()) {
    if (const Json* whole = member(*at, path)) return whole;
    const auto dot = path.find('.');
    at = member(*at, path.substr(0, dot));
    if (at == nullptr) return nullptr;
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return at;
}

const Json* find_field(const Json& snapshot, std::string_view path) {
  if (const Json* standard = find_inside(snapshot, path)) return standard;
  const Json* custom = member(snapshot, kCustomFields);
  return custom == nullptr ? nullptr : find_inside(*custom, bare_field(path));
}

std::optional<Json> read_as(const Json& known, const std::string& text) {
  if (known.is_boolean()) {
    std::string small = text;
    for (char& c : small)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (small != "true" && small != "false") return std::nullopt;
    return small == "true";
  }
  StrictJson json = parse_strict(text);
  const bool same_kind =
      json.value.type() == known.type() || (json.value.is_number() && known.is_number());
  return json.refusal || !same_kind ? std::nullopt : std::optional(std::move(json.value));
}

Json completed(const Json& old, const Json& now) {
  if (!old.is_object() || !now.is_object()) return old;
  Json all = now;
  for (const auto& [name, value] : old.items())
    all[name] = all.contains(name) ? completed(value, all[name]) : value;
  return all;
}

bool has_both(const Json& record, std::string_view field) {
  const auto name = first_segment(field);
  return member(record, name) != nullptr && has_custom(record, name);
}

bool names_custom(const Changes& changes, std::string_view field) {
  const std::string name = custom_path(first_segment(field));
  return changes.contains(name) || has_inside(changes, name);
}

bool names_custom(const Event& event, std::string_view field) {
  return names_custom(event.changes, field) || names_custom(event.unchanged, field);
}

const Json* find_changed(const Json& record, const Changes& changes, std::string_view field) {
  const Json* own = find_inside(record, field);
  return own != nullptr || names_custom(changes, field) ? own : find_field(record, field);
}

void move_custom_fields(Json& known, const Changes& changes) {
  for (const auto& [field, change] : changes) {
    const std::string name(first_segment(field));
    const bool by_bare_name = change.custom && bare_field(field).size() == field.size();
    if (!by_bare_name || member(known, name) == nullptr || has_custom(known, name)) continue;
    Json& custom = known[std::string(kCustomFields)];
    if (!custom.is_object()) custom = Json::object();
    custom[name] = std::move(known[name]);
    known.erase(name);
  }
}

Changes compare(const Json& baseline, const Json& snapshot) {
  Changes changes;
  for (const auto& [name, value] : snapshot.items()) {
    const Json* known = name == kCustomFields ? member(baseline, name) : nullptr;
    if (is_group(known) && !value.is_object()) {
      Json cleared = *known;
      lay_over_custom(cleared, value);
      for (const auto& [field, inner] : cleared.items())
        compare_field(changes, snapshot.contains(field) ? custom_path(field) : field,
                      member(*known, field), inner);
      continue;
    }
    if (name != kCustomFields || !value.is_object()) {
      compare_field(changes, name, member(baseline, name), value);
      continue;
    }
    for (const auto& [field, inner] : value.items()) {
      const bool shadowed = snapshot.contains(field);
      const std::string full = custom_path(field);
      const Json* old = find_inside(baseline, full);
      if (old == nullptr && !shadowed) old = member(baseline, field);
      compare_field(changes, shadowed ? full : field, old, inner);
    }
  }
  if (!baseline.empty())
    std::erase_if(changes, [](const auto& change) {
      const auto& [from, to, custom] = change.second;
      return !from && (to.is_null() || to == "");
    });
  return changes;
}

bool covers(const Json& snapshot, const Json& known) {
  const auto has = [](const Json* object, const std::string& name) {
    return object != nullptr && member(*object, name) != nullptr;
  };
  for (const auto& [name, value] : known.items()) {
    if (!has(&snapshot, name)) return false;
    if (name != kCustomFields || !value.is_object()) continue;
    for (const auto& [field, inner] : value.items())
      if (!has(member(snapshot, name), field)) return false;
  }
  return true;
}

Json merge(Json baseline, const Event& event) {
  if (!baseline.is_object()) baseline = Json::object();
  if (event.snapshot.known()) {
    lay_over(baseline, event.snapshot.json());
    return baseline;
  }
  for (const Changes* told : {&event.unchanged, &event.changes})
    for (const auto& [field, change] : *told)
      set_field(baseline, change.custom ? custom_path(field) : field, change.to, event);
  return baseline;
}

}  // namespace fh
