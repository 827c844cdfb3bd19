// Snapshot: all that the store holds about jobs, read row by row over a connection of its own,
// with none of the host's own reading code in between. Plain values; one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/statement.h"

namespace fh::test {

/// A row of the open jobs or of the history.
struct SeenJob {
  std::int64_t id = 0;
  std::string plugin;
  std::int64_t record = 0;
  bool serial = false;
  std::int64_t delivery = 0;
  std::int64_t parent = 0;
  std::string state;
  std::int64_t run_at_ms = 0;
  std::int64_t lease = 0;
  bool has_deadline = false;
  std::int64_t host_run = 0;
  int runs = 0;
  int attempts = 0;
  int crashes = 0;
  int lost = 0;
  bool in_history = false;
  bool operator==(const SeenJob&) const = default;
};

struct SeenRun {
  std::int64_t lease = 0;
  std::string outcome;  // "" while it runs
  bool ended = false;
  bool operator==(const SeenRun&) const = default;
};

/// A once key or a step.
struct SeenEffect {
  std::int64_t job = 0;
  std::int64_t lease = 0;
  std::optional<std::string> result;
  bool operator==(const SeenEffect&) const = default;
};

struct SeenState {
  std::int64_t version = 0;
  std::string value;
  bool operator==(const SeenState&) const = default;
};

template <class Value>
using ByNames = std::map<std::pair<std::string, std::string>, Value>;

struct Snapshot {
  std::map<std::int64_t, std::vector<SeenJob>> jobs;  // one row each, if all is well
  std::map<std::int64_t, std::vector<SeenRun>> runs;  // by job, in order
  ByNames<std::int64_t> tallies;                      // by plugin and state, no zeros
  ByNames<SeenEffect> once;                           // by plugin and key
  std::map<std::pair<std::int64_t, std::string>, SeenEffect> steps;  // by job and name
  std::map<std::pair<std::string, std::int64_t>, SeenState> states;  // by plugin and record
  std::map<std::int64_t, std::string> deliveries;                    // their status
  std::set<std::int64_t> with_events;                                // deliveries that have events
  std::map<std::int64_t, std::string> baselines;  // by record, where there is one
  bool operator==(const Snapshot&) const = default;
};

/// An open connection that can read only.
class SnapshotReader {
 public:
  explicit SnapshotReader(const std::string& path);
  Snapshot read();
  /// What SQLite says of the file: "ok".
  std::string integrity();

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::unique_ptr<Database> db_;
};

}  // namespace fh::test
