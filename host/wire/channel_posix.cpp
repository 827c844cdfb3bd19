#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "wire/channel.h"

namespace fh {
namespace {

constexpr std::size_t kReadSize = 64U << 10U;

std::string error_text(int code) { return std::generic_category().message(code); }

int timeout_ms(std::optional<Channel::Deadline> deadline) {
  if (!deadline) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

void wait_for(int fd, short events, std::optional<Channel::Deadline> deadline = std::nullopt) {
  pollfd entry{fd, events, 0};
  const int ready = ::poll(&entry, 1, timeout_ms(deadline));
  if (ready < 0 && errno != EINTR) throw WireError("poll: " + error_text(errno));
  if (ready == 0 && deadline && std::chrono::steady_clock::now() >= *deadline) {
    throw WireError("the peer did not read a frame in time");
  }
}

}  // namespace

Channel::Channel(UniqueHandle end) : end_(std::move(end)) {}

NativeHandle Channel::wait_handle() const { return end_.get(); }

void Channel::write(const wire::Frame& frame, std::optional<Deadline> deadline) {
  const auto bytes = wire::encode(frame);
  const std::lock_guard lock(sending_);
  for (std::string_view rest = bytes; !rest.empty();) {
    const auto sent = ::send(end_.get(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait_for(end_.get(), POLLOUT, deadline);
    } else if (errno != EINTR) {
      left_unread_ = errno == EPIPE || errno == ECONNRESET;
      throw WireError("send: " + error_text(errno));
    }
  }
}

bool Channel::read(FrameBuffer& buffer, bool wait) {
  std::array<char, kReadSize> bytes;
  const auto count = ::recv(end_.get(), bytes.data(), bytes.size(), wait ? 0 : MSG_DONTWAIT);
  if (count > 0) {
    buffer.feed({bytes.data(), static_cast<std::size_t>(count)});
    return true;
  }
  if (count == 0) return false;
  if (errno == ECONNRESET) {  // on Linux, instead of the end: it had not read everything
    left_unread_ = true;
    return false;
  }
  if (errno == EINTR) return true;
  if (errno == EAGAIN || errno == EWOULDBLOCK) {
    if (wait) wait_for(end_.get(), POLLIN);
    return true;
  }
  throw WireError("recv: " + error_text(errno));
}

}  // namespace fh
