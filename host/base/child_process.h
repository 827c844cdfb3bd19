// ChildProcess: a child in a process group of its own, with a clean start: the listed environment,
// default signals, no descriptor but those given. Whoever drops it kills the group and reaps the
// child. One thread only. child_process_posix.cpp is posix_spawn with a pidfd; the Windows side
// would be CreateProcess with a handle list and a job object that dies with the host.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace fh {

struct SpawnOptions {
  std::vector<std::string> arguments;    // [0] is the path of the executable
  std::vector<std::string> environment;  // "NAME=value", all of it
  int standard_output = -1;              // descriptors for 1 and 2; -1: /dev/null
  int standard_error = -1;
  std::vector<int> inherited;  // become 3, 4, ... in the child, in this order
};

/// How a process ended.
struct ExitStatus {
  std::optional<int> code;
  std::optional<int> signal;
  std::size_t most_memory = 0;  // bytes that were resident at its peak; 0: not known

  /// "exit code 3", "signal 11 (Segmentation fault)".
  std::string describe() const;
};

class ChildProcess {
 public:
  /// Throws HostError when the executable cannot be started.
  explicit ChildProcess(const SpawnOptions& options);
  ~ChildProcess();
  ChildProcess(ChildProcess&&) = delete;

  pid_t pid() const { return pid_; }
  /// Becomes readable when the process ended; for poll().
  int ended_fd() const { return pidfd_.get(); }

  /// SIGKILL to the whole group: the child and whatever it started.
  void kill_group();
  /// Waits for the end; nullopt when it is still alive then.
  std::optional<ExitStatus> reap(std::chrono::milliseconds at_most);

 private:
  pid_t pid_ = -1;
  UniqueFd pidfd_;
  std::optional<ExitStatus> ended_;
};

/// When a process started, in the system's own units, so that a pid used again is told apart;
/// nullopt when there is no such process.
std::optional<std::string> process_start_time(pid_t pid);

/// Kills the process group that `pid` leads, if it is still the process that started then.
void kill_recorded_group(pid_t pid, const std::string& start_time);

}  // namespace fh
