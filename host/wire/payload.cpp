#include "wire/payload.h"

#include <limits>

namespace fh {

void PayloadWriter::put(const std::string& text) {
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw WireError("a text of " + std::to_string(text.size()) + " bytes does not fit a frame");
  }
  put(static_cast<std::uint32_t>(text.size()));
  bytes_ += text;
}

void PayloadReader::get(std::string& text) {
  std::uint32_t size = 0;
  get(size);
  text = take(size);
}

std::string_view PayloadReader::take(std::size_t count) {
  if (count > rest_.size()) {
    throw WireError("a payload ends early: a field needs " + std::to_string(count) + " bytes, " +
                    std::to_string(rest_.size()) + " are left");
  }
  const auto taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

void PayloadReader::finish() const {
  if (rest_.empty()) return;
  throw WireError(std::to_string(rest_.size()) + " bytes follow the last field of a payload");
}

}  // namespace fh
