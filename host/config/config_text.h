// Configuration text: JSON with comments, read into a value. Repeated keys are found here, while
// the text still shows them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace fh {

struct ConfigText {
  Json value;
  std::optional<std::string> syntax_error;  // "line 3, column 5: ..."; then value is null
  std::vector<std::string> repeated_keys;   // their places: "sources[0].verify.header"
};

[[nodiscard]] ConfigText parse_config_text(std::string_view text);

/// "a" and "b" make "a.b"; an empty parent is the top.
std::string join_place(const std::string& parent, const std::string& key);

}  // namespace fh
