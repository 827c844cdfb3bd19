// Dispatcher: brings ready jobs and idle workers together, inside the writer's transactions. An
// idle worker's slot offers it here; at the end of every transaction the offered workers of the
// plugins that have ready jobs are leased one each, so accepting a job and leasing it cost one
// commit, and nobody polls. A job whose event or record cannot be read is dead; the others go on.
//
// offer(), withdraw() and the rest: any thread. The hooks: the writer's thread. Callbacks are made
// from the writer's thread after the commit, without a lock held, and must not wait.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "queue/finish.h"
#include "store/store.h"

namespace fh {

/// A job that a worker has the right to run, with all that the run needs.
struct Lease {
  JobRow job;
  EventRow event;
  StoredRecord record;
  TimePoint until;  // the run's deadline
};

/// One idle worker. Owned by its slot; must outlive its time in the dispatcher.
class IdleWorker {
 public:
  virtual ~IdleWorker() = default;
  /// Called once per offer(), after the lease is on disk.
  virtual void take(Lease lease) = 0;
};

struct Offer {
  std::string plugin;
  std::string build;
  Millis timeout;  // of a run
  IdleWorker* worker = nullptr;
};

class Dispatcher final : public CommitHook {
 public:
  struct Callbacks {
    std::function<void(const std::string& plugin)> starved;  // ready jobs, no idle worker
    std::function<void(TimePoint due)> due;                  // a job waits for this time
  };

  explicit Dispatcher(Store& store) : store_(store) {}
  void set_callbacks(Callbacks callbacks) { callbacks_ = std::move(callbacks); }

  /// The worker gets the plugin's next job as soon as there is one. The next commit looks;
  /// where none is about to come, nudge() makes one.
  void offer(Offer offer);
  /// A commit of nothing, so that the writer looks.
  void nudge();
  /// Takes the worker back; false: a lease is on its way to it, wait for take(). Should its commit
  /// fail the worker is offered again and hears nothing: ask again after a while.
  [[nodiscard]] bool withdraw(IdleWorker* worker);
  /// Looks at the plugin's ready jobs again: it got a build, or work was left over.
  void look_at(const std::string& plugin);
  /// Nothing is leased from now on, for good; offers stay.
  void stop_leasing();
  /// While it is held nothing is leased either; what became ready meanwhile is leased afterwards.
  void hold_leases(bool held);

  void before_commit(Transaction& tx) override;
  void after_commit() override;
  void after_rollback() override;

 private:
  void lease_or_hinder(Transaction& tx, const std::string& plugin);
  void lease_for(Transaction& tx, const std::string& plugin);
  struct Unreadable {
    JobRow job;
    JobTransition next;  // what became of the job
  };
  std::string load(Transaction& tx, Lease& lease);
  void end_unreadable(Transaction& tx, const Lease& lease, const std::string& why);

  Store& store_;
  Callbacks callbacks_;

  std::mutex mutex_;
  bool stopped_ = false;                              // guarded by mutex_
  bool held_ = false;                                 // guarded by mutex_
  std::map<std::string, std::vector<Offer>> offers_;  // guarded by mutex_; last in, first out
  std::set<std::string> to_look_at_;                  // guarded by mutex_

  // Jobs whose event or record is damaged, with what was said of it: their end is another
  // transaction's than that which found it. The writer's thread only.
  std::map<std::int64_t, std::string> damaged_;
  std::set<std::string> hindered_;  // plugins that damage keeps from being looked at; as above
  // Of the transaction under way; the writer's thread only.
  std::vector<std::pair<Offer, Lease>> granted_;
  std::vector<std::string> looked_at_;
  std::vector<std::string> starved_;
  std::vector<Unreadable> unreadable_;
  std::optional<TimePoint> due_;
};

}  // namespace fh
