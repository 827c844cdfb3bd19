// FrameBuffer: bytes in, whole frames out. It holds what has arrived and no more: a header that
// announces 16 MiB costs nothing until they come. After a WireError it is good for nothing.
// Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/frames.h"

namespace fh {

class FrameBuffer {
 public:
  void feed(std::string_view bytes) { bytes_ += bytes; }

  /// The next whole frame, or nullopt until more is fed. Throws WireError on a malformed one, as
  /// early as its header shows it.
  [[nodiscard]] std::optional<wire::Frame> next();

  /// Bytes fed and not yet handed out: at the end of the stream, more than none means it was cut.
  [[nodiscard]] std::size_t pending() const { return bytes_.size() - read_; }

 private:
  void drop_read_bytes();

  std::string bytes_;
  std::size_t read_ = 0;  // bytes_ before this are done with
};

}  // namespace fh
