// StoreLock: one host per store. The lock is held on a file beside the store, through a handle
// that every worker inherits, so it outlives a killed host until its last worker is gone: who holds
// it knows that no job of this store runs anywhere. The file names the host that took it last.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "store/lock_file.h"

namespace fh {

/// Whoever wanted the lock does not any more.
struct NotWanted {};

class StoreLock {
 public:
  /// Waits up to `drain_patience` for a live host that was told to stop. Then up to `patience` for
  /// the workers of a host that is gone, kills those recorded in the worker ledger and waits as
  /// long again. Throws HostError when a live host keeps the lock, or nobody known does, and
  /// NotWanted when `give_up`, asked while it waits, says true.
  StoreLock(const std::string& store_path, Millis patience, Millis drain_patience = Millis(0),
            const std::function<bool()>& give_up = {});

  /// From here on a next host waits for this one instead of refusing to start.
  void note_draining();

  /// For workers to inherit.
  NativeHandle handle() const { return file_.handle(); }

 private:
  void write_holder(const std::string& state);

  LockFile file_;
};

/// Who has a store.
struct StoreHolder {
  bool locked = false;     // by a host, or by workers that outlived theirs
  std::optional<int> pid;  // of a host that lives
};
StoreHolder holder_of(const std::string& store_path);

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
