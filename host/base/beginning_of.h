// The beginning of a text of so many bytes at most, no UTF-8 sequence cut in two. Pure.
#pragma once

#include <algorithm>
#include <string_view>

namespace fh {

inline std::string_view beginning_of(std::string_view text, std::size_t most) {
  std::size_t size = std::min(text.size(), most);
  if (size < text.size())
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
  return text.substr(0, size);
}

}  // namespace fh
