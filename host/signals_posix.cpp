#include <algorithm>
#include <csignal>
#include <iterator>

#include "signals.h"

namespace fh {
namespace {

constexpr int kEnding[] = {SIGINT, SIGQUIT, SIGTERM};

sigset_t heeded() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGHUP);
  for (const int signal : kEnding) sigaddset(&signals, signal);
  return signals;
}

}  // namespace

void hold_signals() {
  const sigset_t signals = heeded();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  for (const int meaningless : {SIGUSR1, SIGUSR2}) std::signal(meaningless, SIG_IGN);
}

bool end_is_asked() {
  sigset_t pending;
  ::sigpending(&pending);
  return std::any_of(std::begin(kEnding), std::end(kEnding),
                     [&](int signal) { return ::sigismember(&pending, signal) == 1; });
}

void wait_for_end_request(const std::function<void()>& on_hangup) {
  const sigset_t signals = heeded();
  int signal = SIGHUP;
  while (::sigwait(&signals, &signal) == 0 && signal == SIGHUP) on_hangup();
}

}  // namespace fh
