#include "base/json_depth.h"

namespace fh {

std::optional<std::size_t> deeper_than(int levels, std::string_view text) {
  int depth = 0;
  for (std::size_t at = text.find_first_of("[]{}\""); at != std::string_view::npos;
       at = text.find_first_of("[]{}\"", at + 1)) {
    switch (text[at]) {
      case '"':
        for (++at; at < text.size() && text[at] != '"'; ++at)
          if (text[at] == '\\') ++at;
        break;
      case '[':
      case '{':
        if (++depth > levels) return at;
        break;
      default: --depth;
    }
  }
  return std::nullopt;
}

}  // namespace fh
