#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "worker/process_setup.h"

namespace fh {
namespace {

// A host hands over two (channel, lock); what is beyond the limit is close-on-exec all the same.
std::array<int, 32> inherited_fds;
std::size_t inherited_count = 0;

void close_inherited_in_child() {
  for (std::size_t i = 0; i < inherited_count; ++i) ::close(inherited_fds[i]);
}

void keep_descriptors_from_children() {
  DIR* directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) return;
  while (const dirent* entry = ::readdir(directory)) {
    const int fd = std::atoi(entry->d_name);
    if (fd <= STDERR_FILENO || fd == ::dirfd(directory)) continue;
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (inherited_count < inherited_fds.size()) inherited_fds[inherited_count++] = fd;
  }
  ::closedir(directory);
  ::pthread_atfork(nullptr, nullptr, &close_inherited_in_child);
}

void reset_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

}  // namespace

std::string set_up_process(std::optional<std::uint64_t> memory_limit) {
  keep_descriptors_from_children();
  reset_signals();
  // A crash keeps what was printed before it.
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  const rlimit no_core{0, 0};
  if (::setrlimit(RLIMIT_CORE, &no_core) != 0) return std::strerror(errno);
  if (!memory_limit) return "";
  const rlimit memory{*memory_limit, *memory_limit};
  // Not RLIMIT_AS: a runtime may reserve addresses that it never uses.
  return ::setrlimit(RLIMIT_DATA, &memory) == 0 ? "" : std::strerror(errno);
}

void show_process_name(const std::string& name) { ::prctl(PR_SET_NAME, name.c_str(), 0, 0, 0); }

void end_process(int code) { ::_exit(code); }

void flush_output() {
  std::fflush(stdout);
  std::fflush(stderr);
}

}  // namespace fh
