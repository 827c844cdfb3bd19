// Durations and sizes: what is read can be written, and is then the same.
#include "config/quantity.h"

#include "fuzz/fuzz_target.h"

FUZZ_TARGET(quantity) {
  const std::string text = input.rest();
  if (const auto duration = parse_duration(text)) {
    MUST_HOLD(duration->count() >= 0);
    MUST_HOLD(parse_duration(duration_text(*duration)) == duration);
  }
  if (const auto size = parse_size(text)) MUST_HOLD(parse_size(size_text(*size)) == size);
  MUST_HOLD(!parse_duration(text) || !parse_size(text));
}
