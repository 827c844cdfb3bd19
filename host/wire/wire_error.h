// WireError: the byte stream between host and worker is not what docs/wire.md says, or it broke.
// The channel it came from is good for nothing but closing. Its text names what was wrong.
#pragma once

#include <stdexcept>
#include <string>

namespace fh {

class WireError : public std::runtime_error {
 public:
  explicit WireError(const std::string& text) : std::runtime_error("wire: " + text) {}
};

}  // namespace fh
