// Daemon: the composition root. It builds every part from a configuration, starts them in the order
// in which they need each other, drains, and stops them in reverse. start() once; drain_and_stop()
// any number of times.
#pragma once

#include <atomic>
#include <memory>

#include "admin/api.h"
#include "ingress/http_front.h"
#include "ingress/refused_list_file.h"
#include "queue/timer.h"
#include "store/disk_watch.h"
#include "store/store_lock.h"
#include "store/worker_ledger.h"

namespace fh {

class Daemon {
 public:
  /// `worker` is the fieldhook-worker executable. Throws HostError when a part cannot be built,
  /// and NotWanted when the host is asked to end while it still waits for another one.
  Daemon(Config config, std::filesystem::path worker, const StoreOptions& store = {});
  ~Daemon();

  /// Returns when deliveries are taken: recovered, every plugin file judged, both ports open.
  void start();

  /// Leases nothing new, lets running jobs end within the grace, takes deliveries until the last
  /// worker is gone, then stops everything.
  void drain_and_stop();

  std::uint16_t ingest_port() const { return ingest_->port(); }
  std::uint16_t admin_port() const { return admin_->port(); }

 private:
  HttpFrontOptions ingest_options();
  HttpFrontOptions admin_options();
  void connect_parts();
  void load_what_was_seen();
  void note_draining();

  const Config config_;
  const std::filesystem::path worker_;
  SystemClock clock_;
  std::atomic<bool> ready_{false};

  // In the order they are built; destroyed in reverse.
  StoreLock lock_;
  WorkerLedger ledger_;
  Store store_;
  Dispatcher dispatcher_;
  Timer timer_;
  Catalog catalog_;
  Supervisor supervisor_;
  DiskWatch disk_;
  SecretWatch secrets_;
  Receiver receiver_;
  RefusedListFile refused_;
  AnswerCounts answers_;
  Api api_;
  std::unique_ptr<HttpFront> ingest_;
  std::unique_ptr<HttpFront> admin_;
  bool stopped_ = false;
};

}  // namespace fh
