// A text as one word of a shell's command line (POSIX, 2.2.2), for commands that a person may copy
// out of what the host says.
#pragma once

#include <string>
#include <string_view>

namespace fh {

inline std::string shell_quoted(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos)
    return std::string(text);
  std::string quoted = "'";
  for (const char one : text) one == '\'' ? quoted += R"('\'')" : quoted += one;
  return quoted + "'";
}

}  // namespace fh
