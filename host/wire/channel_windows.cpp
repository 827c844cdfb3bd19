#include <system_error>
#include <utility>

#include "wire/channel.h"

namespace fh {

Channel::Channel(UniqueHandle end) : end_(std::make_unique<OverlappedPipe>(std::move(end))) {}

NativeHandle Channel::wait_handle() const { return end_->wait_handle(); }

void Channel::write(const wire::Frame& frame, std::optional<Deadline> deadline) {
  const auto bytes = wire::encode(frame);
  const std::lock_guard lock(sending_);
  try {
    end_->write(bytes, deadline);
  } catch (const std::system_error& error) {
    throw WireError(error.code() == std::errc::timed_out ? "the peer did not read a frame in time"
                                                         : error.what());
  }
}

bool Channel::read(FrameBuffer& buffer, bool wait) {
  std::string bytes;
  try {
    if (!end_->read(bytes, wait)) return false;
  } catch (const std::system_error& error) {
    throw WireError(error.what());
  }
  buffer.feed(bytes);
  return true;
}

}  // namespace fh
