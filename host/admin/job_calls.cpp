#include "admin/job_calls.h"

#include <algorithm>
#include <limits>

#include "admin/release_command.h"
#include "admin/view_json.h"
#include "admin/why.h"
#include "base/log.h"

namespace fh {
namespace {

constexpr int kJobsPerPage = 500;

// The query's plugin, which must be one or have jobs. Throws BadQuery.
std::string plugin_of(const Call& call, const ApiParts& parts) {
  std::string name = text_of(call, "plugin");
  if (name.empty() || parts.catalog.find(name)) return name;
  const auto tallies = Views(parts.store.reader()).tallies();
  const auto own = tallies.find(name);
  const bool has_jobs =
      own != tallies.end() && std::any_of(own->second.begin(), own->second.end(),
                                          [](const auto& state) { return state.second > 0; });
  if (!has_jobs) throw BadQuery{"there is no plugin \"" + name + "\", and no job of one"};
  return name;
}

JobFilter filter_of(const Call& call, const ApiParts& parts) {
  JobFilter filter;
  filter.state = text_of(call, "state");
  if (!filter.state.empty() && !job_state_from(filter.state))
    throw BadQuery{"\"" + filter.state + "\" is no job state"};
  filter.parked = flag_of(call, "parked");
  if (filter.parked && !filter.state.empty() && filter.state != "scheduled")
    throw BadQuery{"what is parked is scheduled, and not " + filter.state};
  if (filter.parked) filter.state = "scheduled";
  filter.plugin = plugin_of(call, parts);
  filter.account = text_of(call, "account");
  filter.type = text_of(call, "type");
  if (!filter.type.empty() && !record_type_from(filter.type))
    throw BadQuery{"type=" + filter.type + " is neither contact nor company"};
  filter.record = text_of(call, "record");
  filter.delivery = number_of(call, "delivery", 0);
  if (call.query.contains("delivery") && filter.delivery == 0)
    throw BadQuery{"delivery=0 is no delivery's id"};
  return filter;
}

// Without a state among the filters: what people mean. Those that wait for others come first, so
// that ending one does not make the next one ready.
std::vector<std::string> states_of(JobAction action, const JobFilter& filter) {
  if (!filter.state.empty()) return {filter.state};
  if (action == JobAction::cancel)
    return {"blocked", "scheduled", "retryable", "available", "running"};
  if (action == JobAction::release) return {"scheduled", "retryable"};
  return {"dead"};
}

std::string misfit_text(JobAction action) {
  switch (action) {
    case JobAction::retry: return "only a completed, dead or cancelled job can be retried";
    case JobAction::cancel: return "only a job that is not finished can be cancelled";
    case JobAction::release:
      return "only a job that waits for its time, scheduled or retryable, can be released";
    case JobAction::discard: break;
  }
  return "only a waiting or dead job can be discarded; cancel one that runs";
}

bool worked(JobActionResult result) {
  return result == JobActionResult::done || result == JobActionResult::asked;
}

Answer no_such_job(std::int64_t id) {
  return problem(404, "not found", "there is no job " + std::to_string(id));
}

}  // namespace

Answer JobCalls::list(const Call& call) {
  refuse_unknown(call,
                 {"state", "parked", "plugin", "account", "type", "record", "delivery", "limit"});
  JobFilter filter = filter_of(call, p_);
  filter.limit = static_cast<int>(limit_of(call, 50, kMaxListed));
  Json list = Json::array();
  for (const JobView& job : Views(p_.store.reader()).jobs(filter)) list.push_back(to_json(job));
  return json_answer(list);
}

Answer JobCalls::show(std::int64_t id) {
  Views views(p_.store.reader());
  const auto found = views.job(id);
  if (!found) return no_such_job(id);
  const auto runs = views.runs_of(id);
  Json json = to_json(*found);
  json["input"] = stored_json(found->input);
  json["percent"] = json["progress"] = nullptr;
  for (const RunningJob& running : p_.supervisor.running())
    if (running.job == id) json.update(progress_json(running));
  json["why"] = why_of(views, *found, runs);
  json["runs"] = Json::array();
  for (const RunView& run : runs) json["runs"].push_back(to_json(run));
  json["earlier_runs"] = found->counters.runs - static_cast<int>(runs.size());
  json["result"] = runs.empty() ? Json() : json["runs"].back()["result"];
  json["actions"] = Json::array();
  for (const Action& action : views.actions_on_job(id)) json["actions"].push_back(to_json(action));
  if (found->state == "blocked") json["blocked_by"] = views.holder_of_turn(id);
  return json_answer(json);
}

std::string JobCalls::why_of(Views& views, const JobView& job, const std::vector<RunView>& runs) {
  WhyFacts facts;
  facts.job = job;
  facts.release_command = release_command(job.plugin, job.record, p_.config.sources);
  if (!runs.empty()) facts.last_run = runs.back();
  if (job.state == "blocked") facts.blocked_by = views.holder_of_turn(job.id);
  const auto actions = views.actions_on_job(job.id);
  if (!actions.empty() && actions.back().action == "cancel")
    facts.cancel_asked_by = actions.back().who;
  if (const auto plugin = p_.catalog.find(job.plugin)) {
    facts.plugin_state = plugin->state();
    facts.plugin_reason = plugin->reason();
    facts.plugin_slots = plugin->terms.slots;
  }
  for (const RunningJob& running : p_.supervisor.running()) {
    ++facts.busy;
    if (running.plugin == job.plugin) ++facts.plugin_busy;
    if (running.job == job.id) facts.pid = running.pid;
  }
  facts.worker_trouble = p_.supervisor.trouble_of(job.plugin);
  facts.workers_max = static_cast<int>(p_.config.workers.max);
  facts.draining = p_.supervisor.draining();
  if (p_.disk.low()) facts.disk_low = p_.disk.text();
  return why(facts);
}

// In one commit. The results are in the order of the ids.
std::vector<JobActionResult> JobCalls::carry_out(JobAction action,
                                                 const std::vector<std::int64_t>& ids,
                                                 const std::string& who) {
  const auto results = p_.store.write([&](Transaction& tx) {
    std::vector<JobActionResult> written;
    for (const std::int64_t id : ids) written.push_back(act_on_job(tx, action, id, who));
    return written;
  });
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (results[i] == JobActionResult::asked) p_.supervisor.cancel(ids[i]);
    if (worked(results[i]))
      log_info("job_" + std::string(name_of(action)), {{"job", ids[i]}, {"who", who}});
  }
  return results;
}

Answer JobCalls::act(JobAction action, std::int64_t id, const Call& call) {
  refuse_unknown(call, {});
  switch (carry_out(action, {id}, call.who)[0]) {
    case JobActionResult::not_found: return no_such_job(id);
    case JobActionResult::done:
    case JobActionResult::asked: return show(id);
    case JobActionResult::misfit: break;
  }
  const auto found = Views(p_.store.reader()).job(id);
  return problem(409, "not in its state",
                 "job " + std::to_string(id) + " is " + (found ? found->state : "gone") + ": " +
                     misfit_text(action));
}

Answer JobCalls::act_on_all(JobAction action, const Call& call) {
  refuse_unknown(call, {"state", "parked", "plugin", "account", "type", "record", "delivery",
                        "limit", "dry_run"});
  JobFilter filter = filter_of(call, p_);
  if (filter.state.empty() && filter.plugin.empty() && filter.account.empty() &&
      filter.type.empty() && filter.record.empty() && filter.delivery == 0)
    throw BadQuery{"say which jobs: state, parked, plugin, account, type, record or delivery"};
  if (!filter.state.empty() && !fits(action, *job_state_from(filter.state)))
    throw BadQuery{"a job that is " + filter.state + ": " + misfit_text(action)};
  const bool dry = flag_of(call, "dry_run");
  constexpr auto kAll = std::numeric_limits<std::int64_t>::max();
  const std::int64_t limit = limit_of(call, kAll, kAll);
  std::int64_t matched = 0;
  std::int64_t changed = 0;
  for (const std::string& state : states_of(action, filter)) {
    filter.state = state;
    // In the order they were accepted in, which is the one they are to run in; a page, a commit.
    for (filter.above = 0; matched < limit;) {
      if (p_.supervisor.draining()) return stopping(std::to_string(changed) + " jobs were changed");
      filter.limit = static_cast<int>(std::min<std::int64_t>(kJobsPerPage, limit - matched));
      const auto ids = Views(p_.store.reader()).job_ids(filter);
      if (ids.empty()) break;
      filter.above = ids.back();
      matched += static_cast<std::int64_t>(ids.size());
      if (dry) continue;
      const auto results = carry_out(action, ids, call.who);
      changed += std::count_if(results.begin(), results.end(), worked);
    }
  }
  return json_answer(
      {{"action", name_of(action)}, {"matched", matched}, {"changed", changed}, {"dry_run", dry}});
}

}  // namespace fh
