// Programs and processes as a system test needs them: run one to its end, ask whether one lives.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "base/child_process.h"

namespace fh::test {

using Environment = std::map<std::string, std::string>;

/// What every program a test starts may see of the test's own environment.
Environment plain_environment();
std::vector<std::string> environment_list(const Environment& environment);

/// The executables under test.
std::string executable(const std::string& name);

/// How a program ended and what it printed.
struct Ran {
  int code = -1;  // 128 + N when signal N ended it
  std::string out;
  std::string err;
};

/// Runs words[0], a path, to its end; kills it and throws when that takes longer than `within`.
Ran run_program(const std::vector<std::string>& words,
                const Environment& environment = plain_environment(),
                std::chrono::milliseconds within = std::chrono::seconds(60));

/// One process among all that had or will have its pid. A zombie is gone.
class Process {
 public:
  explicit Process(pid_t pid);
  pid_t pid() const { return pid_; }
  /// Until the last of its threads is gone, as whoever waits for its end sees it.
  bool is_alive() const;
  void signal(int number) const;  // only while it is alive

 private:
  pid_t pid_;
  std::string start_time_;
};

/// The members of a process group that are no zombies.
std::vector<pid_t> living_members(pid_t group);

}  // namespace fh::test
