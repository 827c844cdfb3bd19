// Strict JSON: its two ways agree, and what it takes is JSON that means the same once written.
#include "base/json.h"
#include "base/quick_json.h"
#include "fuzz/fuzz_target.h"

FUZZ_TARGET(strict_json) {
  const std::string text = input.rest();
  const StrictJson strict = parse_at_length(text);
  if (const auto quickly = parse_quickly(text)) {
    MUST_HOLD(!strict.refusal);
    MUST_HOLD(*quickly == strict.value);
    MUST_HOLD(to_text(*quickly) == to_text(strict.value));
  }
  MUST_HOLD(is_quickly_strict(text) == parse_quickly(text).has_value());
  MUST_HOLD(check_strict(text).has_value() == strict.refusal.has_value());
  if (strict.refusal) {
    MUST_HOLD(strict.value.is_null());
    MUST_HOLD(!strict.refusal->reason.empty());
    MUST_HOLD(strict.refusal->offset <= text.size() + 1);
    MUST_HOLD(parse_strict(text).refusal);
    return;
  }
  MUST_HOLD(Json::parse(text) == strict.value);
  MUST_HOLD(parse_strict(text).value == strict.value);
  const std::string written = to_text(strict.value);
  const StrictJson again = parse_strict(written);
  MUST_HOLD(!again.refusal);
  MUST_HOLD(again.value == strict.value);
  MUST_HOLD(to_text(again.value) == written);
}
