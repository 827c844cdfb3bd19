// Tallies: how many jobs each plugin has in each state, kept in the transaction that moves a job so
// that nobody ever counts rows. Changes gather in memory and are written once per commit. The
// writer's thread only.
#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "domain/job.h"
#include "store/statement.h"

namespace fh {

class Tallies {
 public:
  explicit Tallies(Database& db) : db_(db) {}

  void move(const std::string& plugin, std::optional<JobState> from, std::optional<JobState> to);
  /// Writes what gathered; call inside the transaction, before its commit.
  void flush();
  /// Forgets what gathered and what was written since the last commit; call after a rollback.
  void forget() {
    pending_.clear();
    open_.clear();
  }

  /// Open jobs of the plugin, what gathered included.
  std::int64_t open(const std::string& plugin);

 private:
  Database& db_;
  std::map<std::pair<std::string, JobState>, std::int64_t> pending_;
  std::unordered_map<std::string, std::int64_t> open_;  // read once, then kept up to date
};

}  // namespace fh
