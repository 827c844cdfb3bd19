// Times: what is read can be written, and is then the same time.
#include "base/clock.h"
#include "fuzz/fuzz_target.h"

FUZZ_TARGET(rfc3339) {
  const auto time = parse_rfc3339(input.rest());
  if (!time) return;
  const std::string written = rfc3339(*time);
  MUST_HOLD(written.size() == std::string_view("2026-06-24T10:15:30.000Z").size());
  MUST_HOLD(parse_rfc3339(written) == time);
}
