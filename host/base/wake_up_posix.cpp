#include <poll.h>
#include <sys/eventfd.h>

#include <cstdint>

#include "base/check.h"
#include "base/wake_up.h"

namespace fh {

WakeUp::WakeUp() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw_errno("cannot make an event descriptor");
}

void WakeUp::signal() {
  const std::uint64_t one = 1;
  // A full counter means that it is signalled already.
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
}

bool WakeUp::take() {
  std::uint64_t count = 0;
  return ::read(event_.get(), &count, sizeof count) == sizeof count;
}

bool WakeUp::wait(std::chrono::milliseconds at_most) {
  pollfd wait{event_.get(), POLLIN, 0};
  ::poll(&wait, 1, static_cast<int>(at_most.count()));
  return take();
}

}  // namespace fh
