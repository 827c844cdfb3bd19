// JSON Pointers, a line of one and JSON: what nlohmann/json says of them, for every place there is.
#include "base/json_pointer.h"

#include "fuzz/fuzz_target.h"

namespace {

// A place that no array is long enough for is none.
const fh::Json* at(const fh::Json& value, const std::string& pointer) {
  try {
    return &value.at(fh::Json::json_pointer(pointer));
  } catch (const fh::Json::exception&) {
    return nullptr;
  }
}

bool is_one(const std::string& pointer) {
  try {
    const fh::Json::json_pointer parsed(pointer);
    return true;
  } catch (const fh::Json::exception&) {
    return false;
  }
}

}  // namespace

FUZZ_TARGET(json_pointer) {
  const std::string pointer = input.line();
  const StrictJson json = parse_strict(input.rest());
  if (json.refusal) return;
  MUST_HOLD(is_json_pointer(pointer) == is_one(pointer));
  MUST_HOLD(find_at(json.value, pointer) == at(json.value, pointer));
  const Json leaves = json.value.flatten();
  for (const auto& [place, leaf] : leaves.items()) {
    const Json* found = find_at(json.value, place);
    MUST_HOLD(found != nullptr);
    MUST_HOLD(*found == leaf || found->empty());
  }
}
