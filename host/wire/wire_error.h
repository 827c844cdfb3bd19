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

/// A frame over the limit. Nothing of it was sent, and the channel is as good as before.
class FrameTooLarge : public WireError {
 public:
  FrameTooLarge(const std::string& kind, std::size_t size, std::size_t limit)
      : WireError("a frame of kind " + kind + " would be " + std::to_string(size) +
                  " bytes, the limit is " + std::to_string(limit)),
        size_(size) {}
  std::size_t size() const { return size_; }

 private:
  std::size_t size_;
};

}  // namespace fh
