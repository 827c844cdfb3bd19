// The quick way through parse_strict() and check_strict(): simdjson reads the text some ten times
// as fast as nlohmann/json, and says less about what it refuses. So it only ever says yes: text
// that it takes is what the strict reader takes, with the same value; anything else is left to that
// one, which decides and explains. Safe from any thread; each keeps a parser of its own.
#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"

namespace fh {

/// nullopt: not known, ask the strict reader.
[[nodiscard]] std::optional<Json> parse_quickly(std::string_view text);

/// The same without the value. False: not known.
[[nodiscard]] bool is_quickly_strict(std::string_view text);

}  // namespace fh
