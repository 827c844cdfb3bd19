#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/shown.h"
#include "cli/table.h"
#include "ingress/percent.h"

namespace fh {
namespace {

std::string path_of(const Arguments& arguments) {
  return "/plugins/" + percent_encode(arguments.words.front());
}

std::string list_text(const Json& plugins) {
  if (plugins.empty()) return "no plugins\n";
  Table table({"PLUGIN", "VERSION", "BUILD", "STATE", "JOBS", "REASON"});
  for (const Json& plugin : plugins)
    table.add({cell(plugin, "name"), cell(plugin, "version"), short_build(plugin),
               plugin_state(plugin), tallies_text(plugin.value("jobs", Json())),
               cell(plugin, "reason")});
  return table.text();
}

std::string plugin_text(const Json& plugin) {
  std::string text = "plugin " + cell(plugin, "name") + ": " + plugin_state(plugin) + "\n" +
                     members(plugin, {"version", "build", "file", "reason", "backlog_full"});
  const std::string jobs = tallies_text(plugin.value("jobs", Json()));
  text += "\njobs: " + (jobs.empty() ? "none" : jobs) + "\nwatches:\n";
  for (const Json& watch : plugin.value("watches", Json::array()))
    text += "  " + cell(watch) + "\n";
  return text;
}

std::string removed_text(const Json& removed) {
  const Json cancelled = removed.value("cancelled", Json(0));
  return "removed " + cell(removed, "name") + ": its watches ended, " +
         counted(cancelled.is_number_integer() ? cancelled.get<std::int64_t>() : 0, "open job") +
         " cancelled\n";
}

std::string state_text(const Json& plugin) {
  const std::string reason = cell(plugin, "reason");
  return cell(plugin, "name") + " is " + plugin_state(plugin) +
         (reason.empty() ? "" : ": " + reason) + "\n";
}

int act(const Arguments& arguments, const std::string& action) {
  return show(arguments, AdminClient(arguments).post(path_of(arguments) + "/" + action),
              state_text);
}

}  // namespace

int run_plugins_list(const Arguments& arguments) {
  return show(arguments, AdminClient(arguments).get("/plugins"), list_text);
}

int run_plugins_show(const Arguments& arguments) {
  return show(arguments, AdminClient(arguments).get(path_of(arguments)), plugin_text);
}

int run_plugins_pause(const Arguments& arguments) { return act(arguments, "pause"); }

int run_plugins_resume(const Arguments& arguments) { return act(arguments, "resume"); }

int run_plugins_reload(const Arguments& arguments) {
  if (!arguments.words.empty()) return act(arguments, "reload");
  return show(arguments, AdminClient(arguments).post("/plugins/reload"), list_text);
}

int run_plugins_remove(const Arguments& arguments) {
  return show(arguments, AdminClient(arguments).remove(path_of(arguments)), removed_text);
}

}  // namespace fh
