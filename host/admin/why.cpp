#include "admin/why.h"

namespace fh {
namespace {

std::string number(std::int64_t value) { return std::to_string(value); }

std::string counted(int count, const std::string& noun) {
  return number(count) + " " + noun + (count == 1 ? "" : "s");
}

// "all 4 workers of the plugin are busy".
std::string all_busy(int count, const std::string& whose, const std::string& key) {
  if (count == 1) return "the one worker " + whose + " is busy (" + key + ")";
  return "all " + number(count) + " workers " + whose + " are busy (" + key + ")";
}

// What keeps the plugin from running anything; "" when nothing does.
std::string hold(const WhyFacts& facts) {
  const std::string& plugin = facts.job.plugin;
  if (facts.plugin_state.empty())
    return "plugin " + plugin +
           " was removed: put its file into the plugin folder again, or "
           "discard the job";
  if (facts.plugin_state == "missing")
    return "plugin " + plugin + " has no build: " + facts.plugin_reason;
  if (facts.plugin_state == "quarantined")
    return "the build of plugin " + plugin + " is quarantined: " + facts.plugin_reason;
  if (facts.plugin_state == "paused")
    return "plugin " + plugin + " is paused: " + facts.plugin_reason;
  if (facts.draining) return "the host is stopping and starts nothing any more";
  return facts.disk_low;
}

std::string waits_for_a_worker(const WhyFacts& facts) {
  if (const std::string why = hold(facts); !why.empty()) return "it is ready, but " + why;
  if (!facts.worker_trouble.empty())
    return "it is ready, but a worker of plugin " + facts.job.plugin + " " + facts.worker_trouble +
           "; after a short wait the next one is started";
  if (facts.plugin_busy >= facts.plugin_slots)
    return "it is ready, but " + all_busy(facts.plugin_slots, "of plugin " + facts.job.plugin,
                                          "plugins.limits." + facts.job.plugin + ".slots");
  if (facts.busy >= facts.workers_max)
    return "it is ready, but " + all_busy(facts.workers_max, "of the host", "workers.max");
  return "it is ready, and a worker is about to take it";
}

// For a job that waits for something else first.
std::string and_then(const WhyFacts& facts) {
  const std::string why = hold(facts);
  return why.empty() ? "" : "; and then " + why;
}

std::string after_run(const WhyFacts& facts) {
  if (!facts.last_run) return "";
  const RunView& run = *facts.last_run;
  return " after run " + number(run.run) + " ended as " + run.outcome +
         (run.error.empty() ? "" : " (" + run.error + ")");
}

std::string runs(const WhyFacts& facts) {
  std::string text = "it runs";
  if (facts.job.started_at) text += " since " + rfc3339(*facts.job.started_at);
  text += " as run " + number(facts.job.counters.runs);
  if (facts.pid != 0) text += " in the worker with pid " + number(facts.pid);
  if (!facts.cancel_asked_by.empty())
    text += "; " + facts.cancel_asked_by +
            " asked to cancel it, and its worker is killed if it does "
            "not end by itself";
  return text;
}

std::string waits_for_its_time(const WhyFacts& facts) {
  if (!facts.last_run && !facts.job.reason.empty())
    return "it is parked until " + rfc3339(facts.job.run_at) + ": " + facts.job.reason +
           "; 'fieldhook jobs release " + number(facts.job.id) + "' runs it now, and '" +
           facts.release_command + "' all of the record" + and_then(facts);
  const bool snoozed = facts.last_run && facts.last_run->outcome == "snooze";
  return std::string(snoozed ? "its plugin snoozed it until " : "it was enqueued for ") +
         rfc3339(facts.job.run_at) + and_then(facts);
}

std::string ended(const WhyFacts& facts) {
  const JobView& job = facts.job;
  std::string text = job.state == "dead" ? "it is dead" : "it is " + job.state;
  if (job.finished_at) text += " since " + rfc3339(*job.finished_at);
  if (job.state == "completed")
    return text + (facts.last_run && facts.last_run->outcome == "skipped"
                       ? ": its plugin said that the work is done already"
                       : ", after " + counted(job.counters.runs, "run"));
  if (!job.reason.empty())
    text += ": " + job.reason;
  else if (job.state == "dead")
    text += ": its plugin gave no reason";
  if (job.state == "dead") text += "; 'fieldhook jobs retry " + number(job.id) + "' runs it again";
  return text;
}

}  // namespace

std::string why(const WhyFacts& facts) {
  const auto state = job_state_from(facts.job.state);
  if (!state) return "its state \"" + facts.job.state + "\" is not known to this host";
  switch (*state) {
    case JobState::scheduled: return waits_for_its_time(facts);
    case JobState::available: return waits_for_a_worker(facts);
    case JobState::running: return runs(facts);
    case JobState::retryable:
      return "it waits until " + rfc3339(facts.job.run_at) + " for its next attempt" +
             after_run(facts) + and_then(facts);
    case JobState::blocked:
      if (facts.blocked_by == 0) return "its turn has come, and it is about to be ready";
      return "it waits for job " + number(facts.blocked_by) +
             ", which has the turn of the same record and is not finished" + and_then(facts);
    case JobState::completed:
    case JobState::dead:
    case JobState::cancelled: break;
  }
  return ended(facts);
}

}  // namespace fh
