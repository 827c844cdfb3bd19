#include <map>

#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/shown.h"
#include "cli/table.h"

namespace fh {
namespace {

const Json& list_of(const Json& object, const char* key) {
  static const Json kEmpty = Json::array();
  return object.contains(key) && object[key].is_array() ? object[key] : kEmpty;
}

std::string state_of_source(const Json& source) {
  if (source.value("retired", false)) return "retired";
  if (!source.value("can_verify", true)) return "cannot verify";
  return source.value("silent", false) ? "silent" : "active";
}

std::string unusable_text(const Json& source) {
  std::string text;
  for (const Json& secret : list_of(source, "unusable_secrets"))
    text += "source " + cell(source, "name") + ": secret \"" + cell(secret, "name") +
            "\" cannot be used: " + cell(secret, "why") + "\n";
  return text;
}

// Whose jobs were put off, why, and what lets them run.
std::string parked_text(const Json& parked) {
  if (parked.empty()) return "";
  Table table({"PARKED", "RECORD", "JOBS", "UNTIL", "TO RESUME"});
  std::map<std::string, std::string> reasons;  // by plugin, whose limit is one
  for (const Json& one : parked) {
    const Json record = one.value("record", Json());
    table.add({cell(one, "plugin"), record_text(record), cell(one, "jobs"), cell(one, "until"),
               cell(one, "release")});
    reasons.emplace(cell(one, "plugin"), cell(one, "reason"));
  }
  std::string text = "\n" + table.text();
  for (const auto& [plugin, reason] : reasons) text += plugin + ": " + reason + "\n";
  return text;
}

std::string running_text(const Json& running) {
  if (running.empty()) return "";
  Table table({"RUNNING", "PLUGIN", "PID", "PROGRESS"});
  for (const Json& one : running)
    table.add({cell(one, "job"), cell(one, "plugin"), cell(one, "pid"), progress_text(one)});
  return "\n" + table.text();
}

std::string status_text(const Json& status) {
  const std::string jobs = tallies_text(status.value("jobs", Json::object()));
  const bool ready = status.value("ready", Json(false)) == true;
  std::string text = "fieldhook " + cell(status, "version") + ", " +
                     (ready ? "ready" : "not ready: " + cell(status, "not_ready")) +
                     "\njobs: " + (jobs.empty() ? "none" : jobs) + "\n";

  Table plugins({"PLUGIN", "VERSION", "BUILD", "STATE"});
  std::string full;
  for (const Json& plugin : list_of(status, "plugins")) {
    plugins.add(
        {cell(plugin, "name"), cell(plugin, "version"), short_build(plugin), plugin_state(plugin)});
    if (const std::string why = cell(plugin, "backlog_full"); !why.empty()) full += why + "\n";
  }
  Table sources({"SOURCE", "PATH", "LAST DELIVERY", "STATE"});
  std::string unusable;
  for (const Json& source : list_of(status, "sources")) {
    sources.add({cell(source, "name"), cell(source, "path"), cell(source, "last_delivery_at"),
                 state_of_source(source)});
    unusable += unusable_text(source);
  }
  return text + "\n" + plugins.text() + full + running_text(list_of(status, "running")) +
         parked_text(list_of(status, "parked")) + "\n" + sources.text() + unusable;
}

}  // namespace

int run_status(const Arguments& arguments) {
  const Json status = AdminClient(arguments).get("/status");
  show(arguments, status, status_text);
  return status.value("ready", Json(false)) == true ? kDone : kFailed;
}

}  // namespace fh
