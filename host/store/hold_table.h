// HoldTable: what keeps a plugin's ready jobs from being leased: an operator's pause, and the
// quarantine of a build that keeps crashing, with the crashes that led to it. The writer's thread
// only, inside a transaction.
#pragma once

#include <map>
#include <vector>

#include "base/clock.h"
#include "store/statement.h"

namespace fh {

struct Pause {
  std::string who;
  TimePoint at{};
};

struct Quarantine {
  std::string reason;              // a sentence that says what to do
  std::vector<std::int64_t> jobs;  // whose runs crashed
  TimePoint at{};
};

struct Holds {
  std::map<std::string, Pause> pauses;                                    // by plugin
  std::map<std::pair<std::string, std::string>, Quarantine> quarantines;  // by plugin, build

  /// Of that plugin these from now on.
  void replace(const std::string& plugin, Holds held);
};

class HoldTable {
 public:
  explicit HoldTable(Database& db) : db_(db) {}

  Holds all();
  Holds of(const std::string& plugin);

  void pause(const std::string& plugin, const std::string& who, TimePoint now);
  /// False: it was not paused.
  bool resume(const std::string& plugin);
  bool is_paused(const std::string& plugin);

  void quarantine(const std::string& plugin, const std::string& build, const Quarantine& why);
  bool is_quarantined(const std::string& plugin, const std::string& build);
  /// Of all its builds; their crashes are forgotten too.
  void lift_quarantines(const std::string& plugin);

  void note_crash(const std::string& plugin, const std::string& build, std::int64_t job,
                  TimePoint now);
  /// The jobs of the build's crashes since then, one entry for each crash.
  std::vector<std::int64_t> crashes_since(const std::string& plugin, const std::string& build,
                                          TimePoint since);
  /// Forgets crashes before that time, and those that a clock set back leaves in the future.
  void prune_crashes(TimePoint before, TimePoint now);

 private:
  static Holds read(Query pauses, Query quarantines);

  Database& db_;
};

}  // namespace fh
