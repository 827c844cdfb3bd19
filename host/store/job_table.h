// JobTable: the open jobs, their runs, and the history that final jobs move to. It keeps the
// tallies and collects the plugins that got a job ready. Every change to a running job names its
// lease: zero rows changed means the lease was lost, and the caller drops what it came with. The
// writer's thread only, inside a transaction.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "domain/job.h"
#include "store/id_sequence.h"
#include "store/record_table.h"
#include "store/tallies.h"

namespace fh {

struct NewJob {
  std::string plugin;
  std::int64_t record = 0;
  std::int64_t event = 0;
  std::int64_t delivery = 0;
  std::optional<std::int64_t> parent;
  int depth = 0;
  bool serial = true;
  int max_attempts = kDefaultMaxAttempts;
  std::string matched = "[]";  // JSON: the watches met
  std::string input;           // JSON; "" when there is none
  std::string reason;          // why it is put off; "" when it is not
  TimePoint created_at{};
  TimePoint run_at{};        // after created_at: scheduled
  std::int64_t backlog = 0;  // open jobs the plugin may have
  int per_record = 0;        // jobs of one record in a while before it is a storm; 0: any
};

struct JobRow {
  std::int64_t id = 0;
  std::string plugin;
  std::int64_t record = 0;
  std::int64_t event = 0;
  std::int64_t delivery = 0;
  int depth = 0;
  bool serial = true;
  JobState state = JobState::available;
  std::int64_t lease = 0;
  JobCounters counters;
  std::string matched;
  std::string input;
  TimePoint created_at{};
};

/// Where a job stands, open or final.
struct JobPlace {
  std::string plugin;
  JobState state = JobState::available;
};

struct LeaseTerms {
  std::int64_t host_run = 0;
  std::string build;
  TimePoint now{};
  TimePoint until{};
};

class JobTable {
 public:
  JobTable(Database& db, Tallies& tallies, RecordTable& records)
      : db_(db), tallies_(tallies), records_(records) {}

  /// Stores the job as scheduled, blocked or available.
  std::int64_t insert(const NewJob& job);

  /// Leases the plugin's next available job and stores the start of its run. What it and others
  /// throw as FoundDamage is of one job, which is left out.
  std::optional<JobRow> lease_next(const std::string& plugin, const LeaseTerms& terms);
  /// For what was met on behalf of this job: damage is its own trouble, and it is passed over until
  /// the store is opened again. Throws FoundDamage, or what is no damage as it is.
  [[noreturn]] void leave_out(std::int64_t job, const std::string& plugin, const StoreError& error);
  /// The job if it is running under this lease.
  std::optional<JobRow> find_running(std::int64_t job, std::int64_t lease);
  /// Whether the job is running under this lease now.
  bool is_live(std::int64_t job, std::int64_t lease);

  /// Ends the run of `job` as `outcome` and moves the job as `next` says; promotes whatever waited
  /// for its turn. False: the lease was lost and nothing changed.
  [[nodiscard]] bool end_run(const JobRow& job, const Outcome& outcome, const JobTransition& next,
                             TimePoint now);

  /// Takes an open job that is not running to a final state. False: it is running or not open.
  bool close(std::int64_t job, JobState final_state, const std::string& reason, TimePoint now);
  /// Sets a dead job aside as cancelled. False: it is not dead.
  bool set_aside(std::int64_t job, const std::string& reason, TimePoint now);
  /// Makes a final job open again, its counters at zero. False: it is not final.
  bool reopen(std::int64_t job, TimePoint now);

  std::optional<JobRow> find_open(std::int64_t job);
  std::optional<JobPlace> find_place(std::int64_t job);
  /// Open jobs of the plugin that are not running, oldest first.
  std::vector<std::int64_t> waiting_of(const std::string& plugin, int limit);

  /// Due scheduled and retryable jobs, the longest due first.
  std::vector<std::int64_t> due(TimePoint now, int limit);
  /// When the next scheduled or retryable job is due.
  std::optional<TimePoint> next_due();
  /// Takes a due job on: a retryable one is available again, a scheduled one rejoins at the back.
  void wake(std::int64_t job);

  /// Until when the record's jobs are put off by a storm; nullopt: none is.
  std::optional<TimePoint> parked_until(const std::string& plugin, std::int64_t record);

  /// Moves the time that each waiting job waits for, because the wall clock was set by as much.
  /// Throws FoundDamage of those whose rows are damaged: the next call passes them over.
  void shift_due(Millis by);

  /// Lets the oldest of each turn go on that nobody holds.
  void promote_unheld();

  /// Running jobs leased by earlier host runs.
  std::vector<std::int64_t> leased_before(std::int64_t host_run);

  /// Plugins that got an available job since the last call, or would have but for a rollback.
  std::set<std::string> take_ready() { return std::exchange(ready_, {}); }
  /// After a rollback.
  void forget() {
    seq_.forget();
    any_parked_.reset();
  }
  /// At an orderly end.
  void give_back_ids() { seq_.give_back(); }
  /// Every plugin that has an available job.
  std::set<std::string> ready_plugins();
  bool has_ready(const std::string& plugin);
  /// The earliest time a job was told to wait for since the last call, rolled back or not.
  std::optional<TimePoint> take_earliest_due() { return std::exchange(earliest_due_, {}); }

 private:
  std::optional<JobRow> next_ready(const std::string& plugin);
  std::optional<std::int64_t> first_ready(const std::string& plugin);
  void start_run(JobRow& job, const LeaseTerms& terms);
  bool turn_taken(std::int64_t record, const std::string& plugin);
  void promote(std::int64_t record, const std::string& plugin);
  void place(std::int64_t job, const std::string& plugin, JobState from, JobState to);
  void archive(std::int64_t job, const std::string& plugin, JobState from, JobState to,
               const std::string& reason, TimePoint now);
  JobRow read(Query& query);
  void note_due(TimePoint at);
  void shift_the_whole(std::int64_t ms);

  Database& db_;
  Tallies& tallies_;
  RecordTable& records_;
  std::set<std::string> ready_;
  std::optional<TimePoint> earliest_due_;
  std::set<std::int64_t> left_out_;  // jobs of which a row is damaged
  std::optional<bool> any_parked_;   // false: no job is put off by a storm; true: one may be
  // Ids and the order of acceptance: a job's id is its first place in that order.
  IdSequence seq_{db_, "job"};
};

}  // namespace fh
