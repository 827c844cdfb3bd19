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

struct StoreLockTerms {
  Millis workers{};                 // how long the workers of a host that is gone are waited for
  Millis drain{};                   // how long a live host that was told to stop is waited for
  std::function<bool()> give_up{};  // asked while it waits
};

class StoreLock {
 public:
  /// Waits for a live host that was told to stop. Then for the workers of a host that is gone,
  /// kills those recorded in the WorkerLedger and waits as long again. Throws HostError when a live
  /// host keeps the lock, or nobody known does, and NotWanted when `give_up` says true.
  StoreLock(const std::string& store_path, const StoreLockTerms& terms);

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

}  // namespace fh
