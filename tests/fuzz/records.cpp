// Records of an export: a line of the file's name, then its content. They are refused with the
// file's name, or can be posted as JSON that the host takes.
#include "base/check.h"
#include "cli/record_file.h"
#include "fuzz/fuzz_target.h"

FUZZ_TARGET(records) {
  const std::string end = input.line();
  const std::string name = "export." + (end.find('/') == std::string::npos ? end : "csv");
  try {
    for (const Json& record : parse_records(input.rest(), name)) {
      const StrictJson posted = parse_strict(to_text(record));
      MUST_HOLD(!posted.refusal);
      MUST_HOLD(posted.value == record);
    }
  } catch (const HostError& error) {
    MUST_HOLD(std::string(error.what()).starts_with("export."));
  }
}
