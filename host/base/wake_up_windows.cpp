#include "base/wake_up.h"
#include "base/windows_api.h"

namespace fh {

WakeUp::WakeUp() : event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
  if (!event_) throw_last_error("cannot make an event");
}

void WakeUp::signal() { ::SetEvent(event_.get()); }

bool WakeUp::take() { return wait(std::chrono::milliseconds(0)); }

bool WakeUp::wait(std::chrono::milliseconds at_most) {
  if (::WaitForSingleObject(event_.get(), wait_ms(at_most)) != WAIT_OBJECT_0) return false;
  // A signal that comes right before this is taken along: who takes it looks only afterwards.
  ::ResetEvent(event_.get());
  return true;
}

}  // namespace fh
