// WorkerLedger: the running workers of a store, each recorded under its pid with its start time
// before it gets a job, so that a later host can end those that outlived theirs. A folder of small
// files beside the store. Any thread, one worker each.
#pragma once

#include <string>

namespace fh {

class WorkerLedger {
 public:
  explicit WorkerLedger(const std::string& store_path);
  void record(int pid);
  void erase(int pid);
  /// Kills the group of every recorded worker that is still the same process, and forgets all.
  void kill_recorded();

 private:
  std::string folder_;
};

}  // namespace fh
