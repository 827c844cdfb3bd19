// Quarantine: a build whose workers crash three times within five minutes is set aside. Its
// plugin's jobs wait until there is another build, or an operator reloads the plugin. Runs on the
// writer's thread.
#pragma once

#include "store/transaction.h"

namespace fh {

inline constexpr int kCrashesToQuarantine = 3;
inline constexpr Millis kCrashWindow = std::chrono::minutes(5);

struct Crash {
  std::string plugin;
  std::string build;
  std::int64_t job = 0;  // 0: its worker was idle
};

/// Counts the crash; a quarantine if this one was too many.
std::optional<Quarantine> note_crash(Transaction& tx, const Crash& crash);

}  // namespace fh
