// FullBacklogs: deliveries that are turned away because a plugin has as many open jobs as it may
// have. Their senders try again and again, so the log gets one line a minute and plugin, with what
// to do. Any thread.
#pragma once

#include <map>
#include <string>

#include "base/guarded.h"
#include "ingress/accept.h"

namespace fh {

inline bool is_full(const ActivePlugin& plugin, std::int64_t open_jobs) {
  return open_jobs >= static_cast<std::int64_t>(plugin.terms.backlog);
}
/// What a full backlog does to deliveries, and what makes room in it, for people.
std::string full_backlog_text(const ActivePlugin& plugin);

class FullBacklogs {
 public:
  static constexpr Millis kBetweenLines = std::chrono::minutes(1);

  /// One more of the source's deliveries was turned away at that time of Clock::steady().
  void note(const std::string& source, const BacklogFull& full, const Catalog& catalog, Millis now);

 private:
  struct Plugin {
    Millis next_line{};
    int untold = 0;  // since the last line
  };
  Guarded<std::map<std::string, Plugin>> plugins_;
};

}  // namespace fh
