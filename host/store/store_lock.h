// StoreLock: one host per store. The lock is held on a file beside the store, through a descriptor
// that every worker inherits, so it outlives a killed host until its last worker is gone: who holds
// it knows that no job of this store runs anywhere. The file names the host that took it last.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/unique_fd.h"

namespace fh {

class StoreLock {
 public:
  /// Waits up to `patience` for the workers of a host that is gone, then kills those recorded in
  /// the worker ledger and waits as long again. Throws HostError when a live host holds the lock,
  /// or nobody known does.
  StoreLock(const std::string& store_path, Millis patience);

  /// For workers to inherit.
  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

/// The running workers of a store, each recorded under its pid with its start time before it gets a
/// job, so that a later host can end those that outlived theirs. A folder of small files beside the
/// store. Any thread, one worker each.
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
