#include "store/store.h"

#include <Poco/Data/SQLite/Utility.h>
#include <unistd.h>

#include "base/failure_text.h"
#include "base/fault.h"
#include "base/freed_memory.h"
#include "base/log.h"
#include "store/checkpoint.h"
#include "store/session.h"
#include "store/store_content.h"

namespace fh {
namespace {

bool is_damage(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const StoreError& error) {
    return error.damaged();
  } catch (const FoundDamage&) {
    return true;
  } catch (...) {
    return false;
  }
}

// The hook met a damaged page which it may meet again.
class HookHindered : public HostError {
 public:
  using HostError::HostError;
};

}  // namespace

Store::Store(std::string path, const Clock& clock, const StoreOptions& options)
    : path_(std::move(path)),
      clock_(clock),
      session_(open_writer(path_)),
      identity_(file_identity(path_)),
      clock_jump_(clock) {
  sqlite3* const db = Poco::Data::SQLite::Utility::dbHandle(session_);
  Database opened(db);
  const auto last = last_host(opened);
  if (last && !options.accept_copy) refuse_open_copy(path_, *last);
  make_room_in_wal(db);
  checkpoint_every(db, options.checkpoint_pages);
  tables_ = std::make_unique<Tables>(db);
  if (last) note_jump(clock_jump_.since(last->ended_at.value_or(last->started_at)));
  begin_host_run();
  if (!last) log_info("store_created", {{"file", path_}});
  // A closed store says so in its one file; from now on that file says that it is open.
  if (!last || last->ended_at) execute("PRAGMA wal_checkpoint(PASSIVE)");
  auto reserved = tables_->db.query("SELECT up_to FROM reserved_ids WHERE name = 'delivery'");
  CHECK(reserved.next());
  reserved_ = reserved.integer(0);
  next_delivery_ = reserved_ + 1;
}

Store::~Store() { stop(); }

// With it goes what a later start tells by whether the clock was set: what waits is moved at once.
void Store::begin_host_run() {
  execute("BEGIN IMMEDIATE");
  try {
    if (not_shifted_ != Millis(0)) tables_->jobs.shift_due(not_shifted_);
  } catch (const FoundDamage& found) {
    log_error("lease_failed", {{"error", found.what()}});
    execute("ROLLBACK");
    return begin_host_run();
  }
  tables_->db.run("INSERT INTO host_runs (pid, version, started_at_ms, file) VALUES (?, ?, ?, ?)",
                  static_cast<std::int64_t>(::getpid()), FIELDHOOK_VERSION, to_ms(clock_.now()),
                  identity_);
  host_run_ = tables_->db.last_id();
  execute("COMMIT");
  not_shifted_ = Millis(0);
}

void Store::end_host_run() {
  try {
    // Ids go on where they ended; after a kill there is a gap instead.
    tables_->deliveries.give_back_ids();
    tables_->jobs.give_back_ids();
    tables_->db.run("UPDATE reserved_ids SET up_to = ? WHERE name = 'delivery'",
                    next_delivery_ - 1);
    tables_->db.run("UPDATE host_runs SET ended_at_ms = ? WHERE id = ?", to_ms(clock_.now()),
                    host_run_);
  } catch (const StoreError& error) {
    log_warning("store_not_closed", {{"error", error.what()}});
  }
}

void Store::end_if_replaced() const {
  if (is_still_there(path_, identity_)) return;
  log_error("store_replaced",
            {{"file", path_},
             {"reason",
              "the store was deleted or replaced while this host had it open; what is accepted "
              "would be lost, so the host ends: put the file back, or start on the new one"}});
  end_with_store();
}

void Store::start() {
  writer_ = std::jthread([this] { write_loop(); });
}

void Store::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (writer_.joinable()) writer_.join();
  if (!tables_) return;
  end_host_run();
  tables_.reset();
  checkpoint_before_close(Poco::Data::SQLite::Utility::dbHandle(session_));
  session_.close();
}

std::int64_t Store::new_delivery_id() {
  constexpr std::int64_t kAtOnce = 10'000;
  const std::int64_t id = next_delivery_.fetch_add(1);
  while (id > reserved_) {
    const std::int64_t up_to = id + kAtOnce;
    write([&](Transaction&) {
      tables_->db.run("UPDATE reserved_ids SET up_to = max(up_to, ?) WHERE name = 'delivery'",
                      up_to);
    });
    std::int64_t before = reserved_;
    while (before < up_to && !reserved_.compare_exchange_weak(before, up_to)) {
    }
  }
  return id;
}

void Store::enqueue(Waiting waiting) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_.size() < kMaxWaiting || stopping_; });
    if (stopping_) throw HostError("store: the host is stopping");
    waiting_.push_back(std::move(waiting));
    // Only the first wakes the writer, and the one that completes what gather() waits for.
    if (waiting_.size() > 1 && waiting_.size() != last_batch_) return;
  }
  changed_.notify_all();
}

void Store::write_later(std::string name, std::function<void(Transaction&)> op) {
  enqueue({std::move(op), [name = std::move(name)](std::exception_ptr failure) {
             if (failure)
               log_error("write_failed", {{"write", name}, {"error", failure_text(failure)}});
           }});
}

void Store::write_loop() {
  while (true) {
    std::vector<Waiting> batch;
    {
      std::unique_lock lock(mutex_);
      wait_for_work(lock);
      if (waiting_.empty()) return;
      gather(lock);
      const bool was_full = waiting_.size() >= kMaxWaiting;
      if (waiting_.size() <= kMaxBatch) {
        batch.swap(waiting_);
      } else {
        const auto end = waiting_.begin() + kMaxBatch;
        batch.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
        waiting_.erase(waiting_.begin(), end);
      }
      if (was_full) changed_.notify_all();
    }
    commit(batch);
    // A commit that failed for want of room has left its part of it taken.
    if (keep_wal_short_) shorten_wal(Poco::Data::SQLite::Utility::dbHandle(session_));
  }
}

// Once nothing has come for a while, what the last commits took of memory is given back: much of a
// host's, which is idle most of the time.
void Store::wait_for_work(std::unique_lock<std::mutex>& lock) {
  constexpr std::chrono::milliseconds kIdle(500);
  const auto has_work = [this] { return !waiting_.empty() || stopping_; };
  if (changed_.wait_for(lock, kIdle, has_work)) return;
  lock.unlock();
  sqlite3_db_release_memory(Poco::Data::SQLite::Utility::dbHandle(session_));
  give_freed_memory_back();
  lock.lock();
  changed_.wait(lock, has_work);
}

// Those few that were answered by the last commit are likely to come again together, as slots do
// that ended a run and took the next: the first one would have a commit, and its sync, to itself.
// Of many there are enough at any time.
void Store::gather(std::unique_lock<std::mutex>& lock) {
  constexpr std::chrono::microseconds kLongest(100);
  constexpr std::size_t kFew = 8;
  if (waiting_.size() < last_batch_ && last_batch_ <= kFew)
    changed_.wait_for(lock, kLongest,
                      [this] { return waiting_.size() >= last_batch_ || stopping_; });
  last_batch_ = std::min(waiting_.size(), kMaxBatch);
}

void Store::commit(std::vector<Waiting>& batch) {
  std::vector<Waiting*> all;
  for (Waiting& waiting : batch) all.push_back(&waiting);
  std::exception_ptr failure = try_to_commit(all, Apart::no);
  if (failure && all.size() == 1) return all[0]->finish(std::move(failure));
  // One of them is bad: in a savepoint each, so that the others do not pay for it.
  if (!failure || !try_to_commit(all, Apart::yes)) return;
  // The transaction is, which may be for one of them: it may have filled the disk, or met a damaged
  // page, after which SQLite commits nothing.
  for (Waiting* waiting : all)
    if ((failure = try_to_commit({waiting}, Apart::no))) waiting->finish(std::move(failure));
}

// The exception is its receiver's alone: whoever hears of it may be on another thread at once.
std::exception_ptr Store::try_to_commit(const std::vector<Waiting*>& batch, Apart apart) {
  constexpr int kMostDamaged = 1000;  // rows that the hook finds so and leaves alone then
  CommitHook* hook = hook_;
  for (int found = 0;; ++found) {
    try {
      commit_together(batch, apart, found < kMostDamaged ? hook : nullptr);
      return nullptr;
    } catch (const FoundDamage& damage) {
      log_error("lease_failed", {{"error", damage.what()}});
    } catch (const HookHindered&) {
      hook = nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }
}

void Store::commit_together(const std::vector<Waiting*>& batch, Apart apart, CommitHook* hook) {
  Tables& tables = *tables_;
  note_jump(clock_jump_.take());
  Transaction tx{tables.records, tables.deliveries, tables.jobs,    tables.effects,
                 tables.plugins, tables.holds,      tables.actions, tables.retention,
                 tables.storms,  tables.tallies,    clock_.now(),   host_run_};
  std::vector<std::exception_ptr> failures(batch.size());
  bool committing = false;
  try {
    execute("BEGIN IMMEDIATE");
    if (not_shifted_ != Millis(0)) shift_times(not_shifted_);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (apart == Apart::yes)
        failures[i] = run_apart([&] { batch[i]->run(tx); });
      else
        batch[i]->run(tx);
      if (failures[i] && is_damage(failures[i])) std::rethrow_exception(failures[i]);
    }
    if (hook != nullptr) run_hook(*hook, tx);
    tables.tallies.flush();
    committing = true;
    fault_point("before_commit");
    execute("COMMIT");
    fault_point("after_commit");
  } catch (const StoreError& error) {
    if (committing && error.io()) end_unsynced(error.what());
    roll_back();
    throw;
  } catch (...) {
    roll_back();
    throw;
  }
  not_shifted_ = Millis(0);
  tables.storms.keep();
  tables.records.keep();
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i]->finish(std::move(failures[i]));
  if (hook != nullptr) hook->after_commit();
}

void Store::note_jump(Millis by) {
  if (by == Millis(0)) return;
  log_warning("clock_set",
              {{"by_s", std::chrono::duration_cast<std::chrono::seconds>(by).count()},
               {"reason", "somebody set the wall clock; what waits for a time is moved with it"}});
  not_shifted_ += by;
}

// The clock was set: waits go along with it, and so does what tells a later start whether it was
// set while no host ran.
void Store::shift_times(Millis by) {
  tables_->jobs.shift_due(by);
  tables_->db.run("UPDATE host_runs SET started_at_ms = started_at_ms + ? WHERE id = ?",
                  static_cast<std::int64_t>(by.count()), host_run_);
}

void Store::roll_back() {
  forget({});
  try {
    execute("ROLLBACK");
  } catch (const StoreError&) {
    // SQLite had rolled back by itself.
  }
  if (hook_ != nullptr) hook_->after_rollback();
}

// What the tables keep in memory of rows that are not there any more.
void Store::forget(const Counted& before) {
  tables_->tallies.forget();
  tables_->jobs.forget();
  tables_->deliveries.forget();
  tables_->records.forget(before.states_left);
  tables_->storms.forget(before.storms);
}

// In a savepoint: what it throws, which is returned, rolls back what it did itself.
std::exception_ptr Store::run_apart(const std::function<void()>& run) {
  // What the operations before tallied is theirs; it must not go when this one's changes do.
  tables_->tallies.flush();
  const Counted before{tables_->storms.entered(), tables_->records.states_left()};
  std::exception_ptr failure;
  execute("SAVEPOINT apart");
  try {
    run();
    tables_->tallies.flush();
  } catch (...) {
    failure = std::current_exception();
    forget(before);
    execute("ROLLBACK TO apart");
  }
  execute("RELEASE apart");
  return failure;
}

void Store::run_hook(CommitHook& hook, Transaction& tx) {
  const auto failure = run_apart([&] { hook.before_commit(tx); });
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const FoundDamage&) {
    throw;
  } catch (...) {
    log_error("lease_failed", {{"error", failure_text(failure)}});
  }
  if (is_damage(failure)) throw HookHindered(failure_text(failure));
  hook.after_rollback();
}

}  // namespace fh
