#include "ingress/full_backlogs.h"

#include <utility>

#include "base/log.h"

namespace fh {

std::string full_backlog_text(const ActivePlugin& plugin) {
  return std::string(BacklogFull(new_job_for(plugin)).what()) +
         ": what matches it is answered 503, and its sender has to come again; " +
         (plugin.can_run()
              ? "'fieldhook jobs list --plugin " + plugin.row.name +
                    "' shows what its jobs wait for: give it more slots, or raise its backlog"
              : plugin.reason());
}

void FullBacklogs::note(const std::string& source, const BacklogFull& full, const Catalog& catalog,
                        Millis now) {
  const int times = plugins_.with([&](auto& plugins) {
    Plugin& own = plugins[full.plugin];
    ++own.untold;
    if (now < own.next_line) return 0;
    own.next_line = now + kBetweenLines;
    return std::exchange(own.untold, 0);
  });
  if (times == 0) return;
  const auto plugin = catalog.find(full.plugin);
  log_warning("backlog_full", {{"plugin", full.plugin},
                               {"source", source},
                               {"times", times},
                               {"reason", plugin ? full_backlog_text(*plugin) : full.what()}});
}

}  // namespace fh
