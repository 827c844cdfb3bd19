// "Why is this job not running?", answered in one sentence for any job, from facts that others
// gathered. Pure.
#pragma once

#include <string>

#include "store/views.h"

namespace fh {

struct WhyFacts {
  JobView job;
  std::optional<RunView> last_run;
  std::int64_t blocked_by = 0;  // of a blocked job: who holds its record; 0: nobody any more
  std::string cancel_asked_by;  // of a running job; "": nobody
  int pid = 0;                  // of a running job: its worker; 0: not known
  std::string plugin_state;     // ActivePlugin::state(); "": there is no such plugin
  std::string plugin_reason;    // ActivePlugin::reason()
  std::string worker_trouble;   // Supervisor::trouble_of() the plugin
  int plugin_busy = 0;          // its workers that run a job now
  int plugin_slots = 0;         // that it may have at once
  int busy = 0;                 // of all plugins
  int workers_max = 0;
  bool draining = false;
  std::string disk_low;         // why no run is started; "" when there is room
  std::string release_command;  // of all that is parked of the job's record
};

std::string why(const WhyFacts& facts);

}  // namespace fh
