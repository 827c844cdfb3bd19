#include "queue/quarantine.h"

#include <algorithm>

namespace fh {

std::optional<Quarantine> note_crash(Transaction& tx, const Crash& crash) {
  tx.holds.prune_crashes(tx.now - kCrashWindow, tx.now);
  tx.holds.note_crash(crash.plugin, crash.build, crash.job, tx.now);
  if (tx.holds.is_quarantined(crash.plugin, crash.build)) return std::nullopt;
  Quarantine quarantine;
  quarantine.at = tx.now;
  quarantine.jobs = tx.holds.crashes_since(crash.plugin, crash.build, tx.now - kCrashWindow);
  if (quarantine.jobs.size() < static_cast<std::size_t>(kCrashesToQuarantine)) return std::nullopt;
  quarantine.reason = "its workers crashed " + std::to_string(quarantine.jobs.size()) +
                      " times within five minutes: install a corrected build, or run "
                      "'fieldhook plugins reload " +
                      crash.plugin + "' to try this one again";
  auto& jobs = quarantine.jobs;
  std::sort(jobs.begin(), jobs.end());
  jobs.erase(std::unique(jobs.begin(), jobs.end()), jobs.end());
  std::erase(jobs, 0);
  tx.holds.quarantine(crash.plugin, crash.build, quarantine);
  return quarantine;
}

}  // namespace fh
