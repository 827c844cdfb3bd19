#include "admin/plugin_calls.h"

#include <set>

#include "admin/view_json.h"

namespace fh {
namespace {

Json plugin_json(const ActivePlugin& plugin) {
  Json watches = Json::array();
  for (const Watch& watch : plugin.manifest.watches) watches.push_back(describe(watch));
  const std::string reason = plugin.reason();
  return {
      {"name", plugin.row.name},
      {"version", plugin.row.version},
      {"build", plugin.row.build},
      {"state", plugin.state()},
      {"reason", reason.empty() ? Json() : Json(reason)},
      {"quarantine", plugin.quarantine ? Json{{"at", rfc3339(plugin.quarantine->at)},
                                              {"jobs", plugin.quarantine->jobs}}
                                       : Json()},
      {"paused",
       plugin.pause ? Json{{"at", rfc3339(plugin.pause->at)}, {"who", plugin.pause->who}} : Json()},
      {"file", plugin.row.file},
      {"watches", watches},
      {"slots", plugin.terms.slots},
      {"max_attempts", plugin.terms.max_attempts},
      {"timeout_ms", plugin.terms.timeout.count()},
      {"backlog", plugin.terms.backlog},
      {"activated_at", rfc3339(plugin.row.activated_at)}};
}

Json refused_json(const RefusedFile& refused) {
  return {{"name", refused.file},     {"version", ""},
          {"build", nullptr},         {"state", "refused"},
          {"reason", refused.reason}, {"quarantine", nullptr},
          {"paused", nullptr},        {"file", refused.file},
          {"watches", Json::array()}, {"jobs", Json::object()},
          {"backlog_full", nullptr}};
}

Answer no_such_plugin(const std::string& name) {
  return problem(404, "not found", "there is no plugin \"" + name + "\"");
}

// False: there is no such plugin.
bool carry_out(Catalog& catalog, PluginAction action, const std::string& name,
               const std::string& who) {
  switch (action) {
    case PluginAction::pause: return catalog.pause(name, who);
    case PluginAction::resume: return catalog.resume(name, who);
    case PluginAction::reload: break;
  }
  return catalog.reload(name, who);
}

}  // namespace

std::optional<PluginAction> plugin_action_from(std::string_view name) {
  if (name == "pause") return PluginAction::pause;
  if (name == "resume") return PluginAction::resume;
  if (name == "reload") return PluginAction::reload;
  return std::nullopt;
}

std::vector<Json> PluginCalls::list() {
  Views views(p_.store.reader());
  const auto tallies = views.tallies();
  auto open = views.open_jobs();
  std::vector<Json> list;
  std::set<std::string> files;
  for (const ActivePlugin& plugin : p_.catalog.all()) {
    Json json = plugin_json(plugin);
    const auto counts = tallies.find(plugin.row.name);
    json["jobs"] = counts == tallies.end() ? Json::object() : Json(counts->second);
    json["backlog_full"] =
        is_full(plugin, open[plugin.row.name]) ? Json(full_backlog_text(plugin)) : Json();
    files.insert(plugin.row.file);
    list.push_back(std::move(json));
  }
  // A refused file that no plugin in force came from is named by its file.
  for (const RefusedFile& refused : p_.catalog.refused())
    if (!files.contains(refused.file)) list.push_back(refused_json(refused));
  return list;
}

Answer PluginCalls::show(const std::string& name) {
  for (Json& plugin : list()) {
    if (plugin["name"] != name) continue;
    plugin["actions"] = Json::array();
    for (const Action& action : Views(p_.store.reader()).actions_on_plugin(name))
      plugin["actions"].push_back(to_json(action));
    return json_answer(plugin);
  }
  return no_such_plugin(name);
}

Answer PluginCalls::remove(const std::string& name, const Call& call) {
  const Removal removal = p_.catalog.remove(name, call.who);
  switch (removal.result) {
    case Removal::Result::done:
      return json_answer({{"name", name}, {"cancelled", removal.cancelled}});
    case Removal::Result::unknown: break;
    case Removal::Result::has_file:
      return problem(409, "not removed",
                     "plugin \"" + name + "\" is still provided by " + removal.file +
                         ": delete that file from the plugin folder first");
  }
  return problem(404, "not removed", "there is no plugin \"" + name + "\"");
}

Answer PluginCalls::act(PluginAction action, const std::string& name, const Call& call) {
  if (!carry_out(p_.catalog, action, name, call.who)) return no_such_plugin(name);
  if (name.empty()) return json_answer(list());
  // A file that was refused until now goes by its plugin's name.
  for (const ActivePlugin& plugin : p_.catalog.all())
    if (plugin.row.file == name) return show(plugin.row.name);
  return show(name);
}

}  // namespace fh
