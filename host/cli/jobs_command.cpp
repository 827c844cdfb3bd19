#include <functional>

#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/shown.h"
#include "cli/table.h"

namespace fh {
namespace {

std::string attempt_text(const Json& job) {
  return cell(job, "attempt") + "/" + cell(job, "max_attempts");
}

// A job that a storm has put off is scheduled for a reason; others just are.
std::string state_text(const Json& job) {
  const bool parked = cell(job, "state") == "scheduled" && !cell(job, "reason").empty();
  return cell(job, "state") + (parked ? ", parked" : "");
}

std::string list_text(const Json& jobs) {
  if (jobs.empty()) return "no jobs match\n";
  Table table({"JOB", "STATE", "PLUGIN", "RECORD", "ATTEMPT", "DELIVERY", "CREATED"});
  for (const Json& job : jobs)
    table.add({cell(job, "id"), state_text(job), cell(job, "plugin"),
               record_text(job.value("record", Json())), attempt_text(job), cell(job, "delivery"),
               cell(job, "created_at")});
  return table.text();
}

std::string runs_text(const Json& job) {
  const Json runs = job.value("runs", Json());
  if (!runs.is_array() || runs.empty()) return "\nno runs yet\n";
  const int earlier = job.value("earlier_runs", 0);
  Table table({"RUN", "LEASE", "OUTCOME", "STARTED", "ENDED", "ERROR"});
  for (const Json& run : runs)
    table.add({cell(run, "run"), cell(run, "lease"), cell(run, "outcome"), cell(run, "started_at"),
               cell(run, "ended_at"), cell(run, "error")});
  return "\n" + (earlier > 0 ? counted(earlier, "earlier run") + " not shown\n" : "") +
         table.text();
}

std::string actions_text(const Json& actions) {
  if (!actions.is_array() || actions.empty()) return "";
  Table table({"AT", "WHO", "DID"});
  for (const Json& action : actions)
    table.add({cell(action, "at"), cell(action, "who"), cell(action, "action")});
  return "\n" + table.text();
}

std::string job_text(const Json& job) {
  Table table;
  table.add({"  plugin", cell(job, "plugin")});
  table.add({"  build", short_build(job)});
  table.add({"  record", record_text(job.value("record", Json()))});
  table.add({"  attempt", cell(job, "attempt") + " of " + cell(job, "max_attempts")});
  for (const char* name : {"delivery", "created_at", "started_at", "finished_at"})
    table.add({std::string("  ") + name, cell(job, name)});
  for (const char* name : {"parent", "matched", "input", "result"})
    if (const std::string text = cell(job, name); !text.empty())
      table.add({std::string("  ") + name, text});
  if (const std::string text = progress_text(job); !text.empty()) table.add({"  progress", text});
  return "job " + cell(job, "id") + ": " + cell(job, "state") + "\n  " + cell(job, "why") + "\n" +
         table.text() + runs_text(job) + actions_text(job.value("actions", Json()));
}

AdminClient::Query filters_of(const Arguments& arguments) {
  auto query =
      query_of(arguments, {"state", "plugin", "account", "type", "record", "delivery", "limit"});
  if (arguments.has("parked")) query.emplace_back("parked", "true");
  return query;
}

// On the job whose id is given, or on all that the filters match.
int act(const Arguments& arguments, const std::string& action,
        const std::function<std::string(const Json&)>& for_one) {
  const auto query = filters_of(arguments);
  const AdminClient client(arguments);
  if (!arguments.words.empty()) {
    if (!query.empty() || arguments.has("dry-run"))
      throw UsageError("jobs " + action + " takes an ID or filters, not both");
    const std::string id = checked_id(arguments.words.front());
    return show(arguments, client.post("/jobs/" + id + "/" + action), for_one);
  }
  if (query.empty()) throw UsageError("jobs " + action + " needs an ID, or filters: --plugin NAME");
  auto all = query;
  if (arguments.has("dry-run")) all.emplace_back("dry_run", "true");
  return show(arguments, client.post("/jobs/" + action, all), [](const Json& done) {
    const std::string matched = counted(done.value("matched", 0), "job") + " matched";
    if (done.value("dry_run", false)) return matched + "; nothing was changed\n";
    return matched + ", " + cell(done, "action") + " of " + cell(done, "changed") + "\n";
  });
}

}  // namespace

int run_jobs_list(const Arguments& arguments) {
  return show(arguments, AdminClient(arguments).get("/jobs", filters_of(arguments)),
              [&](const Json& list) { return list_text(list) + cut_text(arguments, list); });
}

int run_jobs_show(const Arguments& arguments) {
  const std::string id = checked_id(arguments.words.front());
  return show(arguments, AdminClient(arguments).get("/jobs/" + id), job_text);
}

int run_jobs_retry(const Arguments& arguments) {
  return act(arguments, "retry", [](const Json& job) {
    return "job " + cell(job, "id") + " is " + cell(job, "state") + " again\n";
  });
}

int run_jobs_release(const Arguments& arguments) {
  return act(arguments, "release", [](const Json& job) {
    return "job " + cell(job, "id") + " waits no longer; it is " + cell(job, "state") + "\n";
  });
}

int run_jobs_cancel(const Arguments& arguments) {
  return act(arguments, "cancel", [](const Json& job) {
    if (cell(job, "state") != "running")
      return "job " + cell(job, "id") + " is " + cell(job, "state") + "\n";
    return "job " + cell(job, "id") + " was asked to end; it is cancelled when its run has ended\n";
  });
}

int run_jobs_discard(const Arguments& arguments) {
  return act(arguments, "discard", [](const Json& job) {
    return "job " + cell(job, "id") + " is " + cell(job, "state") + ": " + cell(job, "reason") +
           "\n";
  });
}

}  // namespace fh
