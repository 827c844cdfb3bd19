// Views: what people and programs ask of the store, read over a short connection of its own that
// can change nothing. Every list has a limit. One thread per View.
#pragma once

#include <Poco/Data/Session.h>

#include <map>
#include <set>
#include <vector>

#include "domain/job.h"
#include "domain/record.h"
#include "store/action_table.h"

namespace fh {

inline constexpr int kMaxListed = 1000;

struct RunView {
  int run = 0;
  std::int64_t lease = 0;
  std::string build;
  std::string outcome;  // "" while it runs
  std::string error;
  std::string result;  // of done(): JSON; "" when it gave none
  TimePoint started_at{};
  std::optional<TimePoint> ended_at;
};

struct JobView {
  std::int64_t id = 0;
  std::string plugin;
  std::string state;
  std::string reason;
  JobCounters counters;
  RecordKey record;
  std::int64_t delivery = 0;
  std::int64_t event = 0;
  std::int64_t parent = 0;  // 0: made by a delivery
  std::string matched;      // JSON
  std::string input;        // JSON, "" when none; only of job()
  TimePoint created_at{};
  TimePoint run_at{};
  std::optional<TimePoint> started_at;
  std::optional<TimePoint> finished_at;
  std::string build;  // of the latest run; "" before the first
};

/// A plugin and a record whose jobs are put off, because there were too many of them in a while.
struct ParkedView {
  std::string plugin;
  RecordKey record;
  std::int64_t jobs = 0;
  std::string reason;  // of one of them
  TimePoint until{};   // the first of them
};

struct JobFilter {
  std::string state;
  std::string plugin;
  std::string account;  // these three: of the record
  std::string type;
  std::string record;   // its key
  bool parked = false;  // only what a storm has put off
  std::int64_t delivery = 0;
  std::int64_t above = 0;  // only those whose id is greater
  int limit = 50;
};

struct EventView {
  std::int64_t id = 0;
  std::optional<int> ordinal;  // StoredEvent::ordinal
  RecordKey record;
  std::string kind;
  std::string mode;
  std::string changes;  // JSON
};

struct DeliveryView {
  std::int64_t id = 0;
  std::string source;
  std::string status;
  std::string reason;
  TimePoint received_at{};
  std::int64_t duplicate_of = 0;
  int jobs = 0;
  std::string secret;
  std::string head;           // JSON; only of find_delivery()
  std::string body;           // only of find_delivery()
  std::string event_reasons;  // JSON, "" when none; only of find_delivery()
};

struct DeliveryFilter {
  std::string source;
  std::string status;
  std::string reason;  // what one of its reasons begins with
  std::optional<TimePoint> since;
  std::optional<TimePoint> until;
  std::int64_t after = 0;  // ids above this one
  std::int64_t last = 0;   // ids up to this one; 0: all
  bool oldest_first = false;
  int limit = 50;
};

class Views {
 public:
  /// One read transaction for the life of the object: its answers agree with each other.
  explicit Views(Poco::Data::Session session);
  ~Views();
  Views(const Views&) = delete;

  /// Newest first.
  std::vector<JobView> jobs(const JobFilter& filter);
  /// Of those jobs(filter) would list, the ids alone, when the filter names a state.
  std::vector<std::int64_t> job_ids(const JobFilter& filter);
  std::optional<JobView> job(std::int64_t id);
  /// What operators did, the oldest first.
  std::vector<Action> actions_on_job(std::int64_t job);
  /// The same of the plugin itself; the latest hundred.
  std::vector<Action> actions_on_plugin(const std::string& plugin);
  /// The latest kMaxListed, the oldest of them first.
  std::vector<RunView> runs_of(std::int64_t job);
  std::vector<DeliveryView> deliveries(const DeliveryFilter& filter);
  std::optional<DeliveryView> delivery(std::int64_t id);
  /// The highest id; 0: there is none.
  std::int64_t last_delivery();
  std::vector<EventView> events_of(std::int64_t delivery);
  /// By event: the plugins that have a job of it, but for what other jobs enqueued.
  std::map<std::int64_t, std::set<std::string>> plugins_by_event(std::int64_t delivery);
  /// plugin -> state -> jobs.
  std::map<std::string, std::map<std::string, std::int64_t>> tallies();
  /// How many open jobs each plugin has.
  std::map<std::string, std::int64_t> open_jobs();
  /// The longest parked first.
  std::vector<ParkedView> parked();
  /// How many jobs of each plugin are parked.
  std::map<std::string, std::int64_t> parked_jobs();
  /// Whether a delivery of it is stored, or what was imported for it.
  bool knows_source(const std::string& source);
  /// The last that a sender made, removed or not; nullopt: there was none.
  std::optional<TimePoint> last_delivery_of(const std::string& source);
  /// The oldest open job of the same plugin and record that holds its turn; 0: none does.
  std::int64_t holder_of_turn(std::int64_t job);

 private:
  Poco::Data::Session session_;
};

}  // namespace fh
