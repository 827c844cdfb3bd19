// PluginLines: what of a plugin's lines stands in the log, those that it logs and those that it
// prints together: so many, then one warning. One thread.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/worker_process.h"

namespace fh {

/// Of one run; of a worker without one, as many again after each run.
inline constexpr int kMaxLoggedLines = 1000;

class PluginLines {
 public:
  /// job 0: outside a run. The plugin's name outlives it.
  PluginLines(const std::string& plugin, std::int64_t job) : plugin_(plugin), job_(job) {}

  void logged(const wire::Log& log);
  void printed(const OutputLine& line);
  void begin_anew() { count_ = 0; }

 private:
  bool has_room();

  const std::string& plugin_;
  const std::int64_t job_;
  int count_ = 0;
};

}  // namespace fh
