#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/shown.h"
#include "cli/table.h"

namespace fh {
namespace {

std::string attempt_text(const Json& job) {
  return cell(job, "attempt") + "/" + cell(job, "max_attempts");
}

std::string list_text(const Json& jobs) {
  if (jobs.empty()) return "no jobs match\n";
  Table table({"JOB", "STATE", "PLUGIN", "RECORD", "ATTEMPT", "DELIVERY", "CREATED"});
  for (const Json& job : jobs)
    table.add({cell(job, "id"), cell(job, "state"), cell(job, "plugin"),
               record_text(job.value("record", Json())), attempt_text(job), cell(job, "delivery"),
               cell(job, "created_at")});
  return table.text();
}

std::string runs_text(const Json& runs) {
  if (!runs.is_array() || runs.empty()) return "\nno runs yet\n";
  Table table({"RUN", "LEASE", "OUTCOME", "STARTED", "ENDED", "ERROR"});
  for (const Json& run : runs)
    table.add({cell(run, "run"), cell(run, "lease"), cell(run, "outcome"), cell(run, "started_at"),
               cell(run, "ended_at"), cell(run, "error")});
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
  return "job " + cell(job, "id") + ": " + cell(job, "state") + "\n" + table.text() +
         runs_text(job.value("runs", Json()));
}

}  // namespace

int run_jobs_list(const Arguments& arguments) {
  const auto query = query_of(arguments, {"state", "plugin", "record", "delivery", "limit"});
  return show(arguments, AdminClient(arguments).get("/jobs", query), list_text);
}

int run_jobs_show(const Arguments& arguments) {
  const std::string id = checked_id(arguments.words.front());
  return show(arguments, AdminClient(arguments).get("/jobs/" + id), job_text);
}

int run_jobs_retry(const Arguments& arguments) {
  const std::string id = checked_id(arguments.words.front());
  return show(arguments, AdminClient(arguments).post("/jobs/" + id + "/retry"),
              [](const Json& job) {
                return "job " + cell(job, "id") + " is " + cell(job, "state") + " again\n";
              });
}

}  // namespace fh
