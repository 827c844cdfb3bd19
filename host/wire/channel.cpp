#include "wire/channel.h"

namespace fh {

bool Channel::read_available(FrameBuffer& buffer) { return read(buffer, false); }

std::optional<wire::Frame> Channel::receive() {
  for (;;) {
    if (auto frame = received_.next()) return frame;
    if (read(received_, true)) continue;
    if (received_.pending() == 0) return std::nullopt;
    throw WireError("the stream ends inside a frame");
  }
}

}  // namespace fh
