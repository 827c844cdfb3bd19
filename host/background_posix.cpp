#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <iostream>

#include "background.h"
#include "base/check.h"

namespace fh {
namespace {

void to_nowhere(int descriptor, int flags) {
  const UniqueFd nowhere(::open("/dev/null", flags | O_CLOEXEC));
  if (!nowhere || ::dup2(nowhere.get(), descriptor) < 0) throw_errno("cannot use /dev/null");
}

// The caller may be interrupted; the host goes on without it.
void heed_signals() {
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

int how_it_went(const UniqueFd& from_host, pid_t host) {
  heed_signals();
  char ready = 0;
  if (::read(from_host.get(), &ready, 1) == 1) return 0;
  int status = 0;
  if (::waitpid(host, &status, 0) != host) throw_errno("cannot wait for the host");
  if (!WIFSIGNALED(status)) return WEXITSTATUS(status);
  std::cerr << "fieldhookd: it was ended before it was ready, by " << ::strsignal(WTERMSIG(status))
            << "\n";
  return 128 + WTERMSIG(status);
}

}  // namespace

std::optional<int> Background::enter() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("cannot make a pipe");
  UniqueFd from_host(ends[0]);
  UniqueFd to_caller(ends[1]);
  const pid_t host = ::fork();
  if (host < 0) throw_errno("cannot start in the background");
  if (host > 0) {
    to_caller.reset();
    return how_it_went(from_host, host);
  }
  ::setsid();
  // What the caller keeps from others stays so.
  ::umask(::umask(0) | 027);
  to_nowhere(STDIN_FILENO, O_RDONLY);
  to_nowhere(STDOUT_FILENO, O_WRONLY);
  caller_ = std::move(to_caller);
  return std::nullopt;
}

void Background::ready() {
  if (!caller_) return;
  // Poco blocks SIGPIPE: the caller may be gone.
  [[maybe_unused]] const auto told = ::write(caller_.get(), "r", 1);
  caller_.reset();
  to_nowhere(STDERR_FILENO, O_WRONLY);
}

}  // namespace fh
