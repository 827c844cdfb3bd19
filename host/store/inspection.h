// Inspection: what can be found wrong with a store by looking at it, with or without a host that
// works with it. It reads only. One thread.
#pragma once

#include <string>
#include <vector>

#include "store/hold_table.h"
#include "store/plugin_table.h"
#include "store/read_connection.h"
#include "store/store_content.h"

namespace fh {

/// A job that the store says is running.
struct OpenLease {
  std::int64_t job = 0;
  std::string plugin;
  bool of_last_host = false;
};

class Inspection {
 public:
  /// Throws HostError.
  explicit Inspection(const std::filesystem::path& store);

  /// Throws HostError with what to do when a host would not take it.
  void refuse_unfit() { fh::refuse_unfit(db_, store_); }
  int schema();
  /// What SQLite finds damaged; at most ten sentences.
  std::vector<std::string> damage();
  /// Where the tallies and the rows disagree, a sentence each.
  std::vector<std::string> miscounts();
  std::vector<OpenLease> leases();
  /// When the last host started and the last delivery came, by the clock of then: the later of
  /// the two. What came before may have later times: the clock was ahead then.
  std::optional<TimePoint> latest();
  std::vector<PluginRow> plugins();
  Holds holds();

 private:
  const std::filesystem::path store_;
  SqliteHandle handle_;
  Database db_;
};

}  // namespace fh
