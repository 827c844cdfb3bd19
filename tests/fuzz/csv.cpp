// Tables: what was read, written as RFC 4180 says, reads the same.
#include "base/check.h"
#include "cli/record_file.h"
#include "fuzz/fuzz_target.h"

namespace fh::fuzz {
namespace {

std::string quoted(const std::string& cell) {
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

}  // namespace
}  // namespace fh::fuzz

FUZZ_TARGET(csv) {
  try {
    const auto rows = parse_csv(input.rest());
    std::string written;
    for (const auto& row : rows) {
      MUST_HOLD(!row.empty());
      for (std::size_t i = 0; i < row.size(); ++i) written += (i == 0 ? "" : ",") + quoted(row[i]);
      written += "\r\n";
    }
    MUST_HOLD(parse_csv(written) == rows);
  } catch (const HostError& error) {
    MUST_HOLD(std::string(error.what()) == "the table ends inside quotes");
  }
}
