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

// Every place that no array and no escape leads to.
void check_places(const std::string& text, const Json& whole, const Json& at,
                  const std::string& pointer) {
  must_be(stored_at(text, pointer), find_at(whole, pointer));
  if (!at.is_object()) return;
  for (const auto& [name, value] : at.items())
    if (name.find_first_of("~/") == std::string::npos)
      check_places(text, whole, value, pointer + "/" + name);
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
  if (!value.is_object()) return;
  for (const auto& [name, one] : value.items()) must_be(stored_member(text, name), &one);
  check_places(text, value, value, "");
  MUST_HOLD(shape_of(value) != 0);
  MUST_HOLD(shape_of(value) == shape_of(Json::parse(to_text(value))));
  if (path.empty()) return;  // no field's name
  const auto field = stored_field(text, path);
  const Json* expected = find_field(value, path);
  MUST_HOLD(field.has_value() == (expected != nullptr));
  if (field) MUST_HOLD(*field == *expected);
}
