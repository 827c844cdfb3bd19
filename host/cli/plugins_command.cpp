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
               cell(plugin, "state"), tallies_text(plugin.value("jobs", Json())),
               cell(plugin, "reason")});
  return table.text();
}

std::string plugin_text(const Json& plugin) {
  std::string text = "plugin " + cell(plugin, "name") + ": " + cell(plugin, "state") + "\n" +
                     members(plugin, {"version", "build", "file", "reason"});
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

}  // namespace

int run_plugins_list(const Arguments& arguments) {
  return show(arguments, AdminClient(arguments).get("/plugins"), list_text);
}

int run_plugins_show(const Arguments& arguments) {
  return show(arguments, AdminClient(arguments).get(path_of(arguments)), plugin_text);
}

int run_plugins_remove(const Arguments& arguments) {
  return show(arguments, AdminClient(arguments).remove(path_of(arguments)), removed_text);
}

}  // namespace fh
