// Store: the durable state. One thread, the writer, is the only one that changes the file: it takes
// every operation that waits, runs them in one transaction, commits once (WAL, synchronous=FULL)
// and then wakes the waiters. Readers are short, read-only connections. The file is held by a lock
// that workers inherit (store_lock.h), taken before this class opens it.
//
// Times that jobs wait for are kept as wall time; when somebody sets the wall clock they are moved
// with it, in the next transaction, so that every wait keeps its length.
//
// write() may be called from any thread but the writer's; start() once, stop() any number of times.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock_jump.h"
#include "store/checkpoint.h"
#include "store/session.h"
#include "store/transaction.h"

namespace fh {

/// Runs inside the writer, at the end of every transaction: the place where ready jobs are leased
/// to idle workers, so that accepting and starting a job cost one commit.
class CommitHook {
 public:
  virtual ~CommitHook() = default;
  /// In the transaction. What it throws rolls back what it did itself and nothing else. But what
  /// met a damaged page is not committed by SQLite: all of it is run again, with the hook after a
  /// FoundDamage, which an operation may throw as well, and without it after a StoreError.
  virtual void before_commit(Transaction& tx) = 0;
  virtual void after_commit() = 0;
  virtual void after_rollback() = 0;
};

struct StoreOptions {
  /// Takes a file that was copied after its host was killed, which otherwise is refused.
  bool accept_copy = false;
  /// How long the WAL may become before it is copied into the file.
  int checkpoint_pages = kCheckpointPages;
};

class Store {
 public:
  /// Operations that may wait at once; a writer beyond that waits for room.
  static constexpr std::size_t kMaxWaiting = 10'000;
  /// Operations committed together at most.
  static constexpr std::size_t kMaxBatch = 512;

  /// Opens or makes the file and brings it up to this build's schema. Throws HostError.
  Store(std::string path, const Clock& clock, const StoreOptions& options = {});
  ~Store();

  void start();
  /// Runs what still waits, checkpoints and closes.
  void stop();

  /// Set before start(); must outlive the store.
  void set_hook(CommitHook* hook) { hook_ = hook; }

  std::int64_t host_run() const { return host_run_; }

  /// Ends the process, as a failed sync does, when the file was deleted or replaced: what would be
  /// committed from now on would be lost. Any thread.
  void end_if_replaced() const;

  /// Whether the WAL is to take as little room as it can, from the next commit on; else it keeps
  /// the room it once took. Any thread.
  void keep_wal_short(bool scarce) { keep_wal_short_ = scarce; }

  /// Runs op(Transaction&) on the writer and returns its result once that is on disk. Throws what
  /// op threw, or StoreError when the commit failed; then nothing was stored.
  template <class Op>
  auto write(Op&& op);

  /// The same without waiting: done(null pointer) is called on the writer once it is on disk, or
  /// done(failure). It must neither throw nor wait. Throws HostError when the store is stopping.
  void write_then(std::function<void(Transaction&)> op,
                  std::function<void(std::exception_ptr)> done) {
    enqueue({std::move(op), std::move(done)});
  }

  /// The same, nobody told; a failure is logged under `name`.
  void write_later(std::string name, std::function<void(Transaction&)> op);

  /// An id no delivery had or will have, even if this one is never written: an answer may name it
  /// before its row is on disk. Any thread but the writer; waits for the disk once in a while.
  std::int64_t new_delivery_id();

  /// A fresh read-only connection, for one short read.
  Poco::Data::Session reader() const { return open_reader(path_); }

 private:
  struct Waiting {
    std::function<void(Transaction&)> run;
    std::function<void(std::exception_ptr)> finish;  // null pointer: committed
  };

  void begin_host_run();
  void end_host_run();
  void enqueue(Waiting waiting);
  void write_loop();
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  void gather(std::unique_lock<std::mutex>& lock);
  void commit(std::vector<Waiting>& batch);
  enum class Apart { no, yes };  // whether each operation has a savepoint of its own
  std::exception_ptr try_to_commit(const std::vector<Waiting*>& batch, Apart apart);
  void commit_together(const std::vector<Waiting*>& batch, Apart apart, CommitHook* hook);
  void note_jump(Millis by);
  void shift_times(Millis by);
  void roll_back();
  struct Counted {  // by the transaction under way
    std::size_t storms = 0;
    std::size_t states_left = 0;
  };
  void forget(const Counted& before);
  std::exception_ptr run_apart(const std::function<void()>& run);
  void run_hook(CommitHook& hook, Transaction& tx);
  void execute(const char* sql) { tables_->db.run(sql); }

  const std::string path_;
  const Clock& clock_;
  CommitHook* hook_ = nullptr;
  Poco::Data::Session session_;  // the writer's, used by its thread only once started
  const std::string identity_;   // of the file
  std::unique_ptr<Tables> tables_;
  std::int64_t host_run_ = 0;
  ClockJump clock_jump_;   // the writer's thread only
  Millis not_shifted_{0};  // of it; what waits for a time has not been moved by it yet

  std::atomic<bool> keep_wal_short_{false};
  std::atomic<std::int64_t> next_delivery_{1};
  std::atomic<std::int64_t> reserved_{0};  // ids up to here are on disk as given out

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Waiting> waiting_;  // guarded by mutex_
  std::size_t last_batch_ = 1;    // guarded by mutex_; how many the last commit was for
  bool stopping_ = false;         // guarded by mutex_
  std::jthread writer_;
};

template <class Op>
auto Store::write(Op&& op) {
  using Result = decltype(op(std::declval<Transaction&>()));
  // A promise sleeps at once; a semaphore would spin first, and a commit takes longer than that.
  // The failure is handed over beside it, since a promise would leave the writer a reference to it.
  std::promise<void> finished;
  std::exception_ptr failed;
  const auto wait = [&](std::function<void(Transaction&)> run) {
    auto committed = finished.get_future();
    enqueue({std::move(run), [&](std::exception_ptr failure) {
               failed = std::move(failure);
               finished.set_value();
             }});
    committed.get();
    if (failed) std::rethrow_exception(std::move(failed));
  };
  if constexpr (std::is_void_v<Result>) {
    wait([&op](Transaction& tx) { op(tx); });
  } else {
    std::optional<Result> result;
    wait([&](Transaction& tx) { result.emplace(op(tx)); });
    return std::move(*result);
  }
}

}  // namespace fh
