// Stored JSON, a line of a field's path and JSON that was taken: looking into the text finds what
// the parsed value has.
#include "domain/stored_json.h"

#include "base/json_pointer.h"
#include "domain/snapshot.h"
#include "fuzz/fuzz_target.h"

namespace fh::fuzz {
namespace {

void must_be(const std::optional<std::string_view>& found, const Json* value) {
  MUST_HOLD(found.has_value() == (value != nullptr));
  if (found) MUST_HOLD(Json::parse(*found) == *value);
}

const Json* member(const Json& value, const std::string& name) {
  return value.is_object() && value.contains(name) ? &value[name] : nullptr;
}

std::string escaped(const std::string& name) {
  std::string token;
  for (const char c : name) token += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return token;
}

void check_places(StoredPlaces& stored, const Json& at, const std::string& pointer) {
  must_be(stored.at(pointer), &at);
  if (!at.is_structured()) return;
  for (const auto& [name, value] : at.items())
    check_places(stored, value, pointer + "/" + escaped(name));
}

}  // namespace
}  // namespace fh::fuzz

FUZZ_TARGET(stored_json) {
  const std::string path = input.line();
  const std::string text = input.rest();
  const StrictJson json = parse_strict(text);
  if (json.refusal) return;
  const Json& value = json.value;
  must_be(stored_member(text, path), member(value, path));
  StoredPlaces stored(text);
  check_places(stored, value, "");
  must_be(stored.at(path), find_at(value, path));
  if (!value.is_object()) return;
  for (const auto& [name, one] : value.items()) must_be(stored_member(text, name), &one);
  MUST_HOLD(stored_shape(stored_members(text)) != 0);
  bool has = false;
  for (const auto& [name, one] : value.items()) has = has || name == path;
  if (has)
    MUST_HOLD(any_stored_field(text, [&](const std::string& name, auto) { return name == path; }));
  if (path.empty()) return;  // no field's name
  const auto field = stored_field(text, path);
  const Json* expected = find_field(value, path);
  MUST_HOLD(field.has_value() == (expected != nullptr));
  if (field) MUST_HOLD(*field == *expected);
}
