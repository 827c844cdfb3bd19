// ChildProcess: a child in a process group of its own, with a clean start: the listed environment,
// default signals, nothing inherited but what is given. Dropping it kills the group and reaps
// the child. One thread only. child_process_posix.cpp is posix_spawn with a pidfd;
// child_process_windows.cpp is CreateProcess with a handle list, in a job object that stands for
// the group and dies with the host.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_handle.h"

namespace fh {

struct SpawnOptions {
  std::vector<std::string> arguments;        // [0] is the path of the executable
  std::vector<std::string> environment;      // "NAME=value", all of it
  NativeHandle standard_output = kNoHandle;  // kNoHandle: thrown away
  NativeHandle standard_error = kNoHandle;
  std::vector<NativeHandle> inherited;  // the child finds each under its number_in_child()
};

/// The number by which a child knows inherited[place]: 3 and on; on Windows what it is here too.
std::int64_t number_in_child(const SpawnOptions& options, std::size_t place);

/// How a process ended.
struct ExitStatus {
  std::optional<int> code;
  std::optional<int> signal;    // never on Windows, where a crash is a code
  std::size_t most_memory = 0;  // bytes that it held at its peak; 0: not known

  /// "exit code 3", "signal 11 (Segmentation fault)", "exception 0xC0000005 (access violation)".
  std::string describe() const;
};

class ChildProcess {
 public:
  /// Throws HostError when the executable cannot be started.
  explicit ChildProcess(const SpawnOptions& options);
  ~ChildProcess();
  ChildProcess(ChildProcess&&) = delete;

  int pid() const { return pid_; }
  /// Ready when the process has ended; for wait_any().
  NativeHandle wait_handle() const { return process_.get(); }

  /// Kills the whole group at once: the child and whatever it started.
  void kill_group();
  /// Waits for the end; nullopt when it is still alive then.
  std::optional<ExitStatus> reap(std::chrono::milliseconds at_most);

 private:
  int pid_ = -1;
  UniqueHandle process_;
  UniqueHandle group_;  // Windows: the job object; elsewhere the pid names the group
  std::optional<ExitStatus> ended_;
};

/// This process.
int own_pid();

/// When a process started, in the system's own units, so that a pid used again is told apart;
/// nullopt when there is no such process.
std::optional<std::string> process_start_time(int pid);

/// Kills the process group that `pid` leads, if it is still the process that started then. On
/// Windows the process alone: its group has died with the host that made it.
void kill_recorded_group(int pid, const std::string& start_time);

}  // namespace fh
