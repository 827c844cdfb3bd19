#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/check.h"
#include "base/child_process.h"
#include "base/process_stat_posix.h"
#include "base/unique_fd.h"

namespace fh {
namespace {

// Sources are moved above every target first, so that no dup2 overwrites one that is still needed.
constexpr int kFirstSource = 64;
constexpr int kFirstInherited = 3;
constexpr int kStartTime = 22;  // a field of its stat file

struct FileActions {
  FileActions() { CHECK(posix_spawn_file_actions_init(&actions) == 0); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions); }
  FileActions(const FileActions&) = delete;
  posix_spawn_file_actions_t actions;
};

struct Attributes {
  Attributes() { CHECK(posix_spawnattr_init(&attributes) == 0); }
  ~Attributes() { posix_spawnattr_destroy(&attributes); }
  Attributes(const Attributes&) = delete;
  posix_spawnattr_t attributes;
};

UniqueFd above_targets(int fd) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, kFirstSource));
  if (!copy) throw_errno("spawn: cannot duplicate a descriptor");
  return copy;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
  list.push_back(nullptr);
  return list;
}

void give(FileActions& files, std::vector<UniqueFd>& sources, int fd, int target) {
  if (fd < 0) {
    posix_spawn_file_actions_addopen(&files.actions, target, "/dev/null", O_RDWR, 0);
    return;
  }
  sources.push_back(above_targets(fd));
  posix_spawn_file_actions_adddup2(&files.actions, sources.back().get(), target);
}

void start_clean(Attributes& attributes) {
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes.attributes, &none);
  posix_spawnattr_setsigdefault(&attributes.attributes, &all);
  posix_spawnattr_setpgroup(&attributes.attributes, 0);
  posix_spawnattr_setflags(&attributes.attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

}  // namespace

std::string ExitStatus::describe() const {
  if (signal) return "signal " + std::to_string(*signal) + " (" + ::strsignal(*signal) + ")";
  return "exit code " + std::to_string(code.value_or(-1));
}

std::int64_t number_in_child(const SpawnOptions&, std::size_t place) {
  return kFirstInherited + static_cast<std::int64_t>(place);
}

ChildProcess::ChildProcess(const SpawnOptions& options) {
  FileActions files;
  std::vector<UniqueFd> sources;
  give(files, sources, -1, STDIN_FILENO);
  give(files, sources, options.standard_output, STDOUT_FILENO);
  give(files, sources, options.standard_error, STDERR_FILENO);
  int target = kFirstInherited;
  for (const int fd : options.inherited) give(files, sources, fd, target++);
  posix_spawn_file_actions_addclosefrom_np(&files.actions, target);
  Attributes attributes;
  start_clean(attributes);
  auto arguments = pointers(options.arguments);
  auto environment = pointers(options.environment);
  const int error = ::posix_spawn(&pid_, arguments[0], &files.actions, &attributes.attributes,
                                  arguments.data(), environment.data());
  if (error != 0) {
    pid_ = -1;
    throw HostError("spawn: cannot start " + options.arguments[0] + ": " + std::strerror(error));
  }
  process_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!process_) {
    kill_group();
    ::waitpid(pid_, nullptr, 0);
    throw_errno("spawn: cannot watch process " + std::to_string(pid_));
  }
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  kill_group();
  if (!ended_) ::waitpid(pid_, nullptr, 0);
}

void ChildProcess::kill_group() {
  // After the child was reaped its group may live on in the processes it started; the number is
  // not given to another while it does, and when it does not, nothing is there to kill.
  ::kill(-pid_, SIGKILL);
}

std::optional<ExitStatus> ChildProcess::reap(std::chrono::milliseconds at_most) {
  if (ended_) return ended_;
  pollfd wait{process_.get(), POLLIN, 0};
  while (::poll(&wait, 1, static_cast<int>(at_most.count())) < 0 && errno == EINTR) {
  }
  int status = 0;
  rusage used{};
  if (::wait4(pid_, &status, WNOHANG, &used) != pid_) return std::nullopt;
  ended_.emplace();
  ended_->most_memory = static_cast<std::size_t>(used.ru_maxrss) << 10U;
  if (WIFSIGNALED(status))
    ended_->signal = WTERMSIG(status);
  else
    ended_->code = WEXITSTATUS(status);
  return ended_;
}

int own_pid() { return ::getpid(); }

std::optional<std::string> process_start_time(int pid) {
  std::string ticks = stat_field("/proc/" + std::to_string(pid), kStartTime);
  if (ticks.empty()) return std::nullopt;
  return ticks;
}

void kill_recorded_group(int pid, const std::string& start_time) {
  const auto started = process_start_time(pid);
  // Gone: its group can only be what it left behind. Alive with another start: somebody else's.
  if (!started || *started == start_time) ::kill(-pid, SIGKILL);
}

}  // namespace fh
