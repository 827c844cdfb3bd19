// Catalog: what keeps a plugin from running although it has a build: a pause, a quarantine.
#include "base/joined.h"
#include "base/log.h"
#include "runtime/catalog.h"

namespace fh {

ActivePlugin Catalog::with_holds(const State& state, ActivePlugin plugin) {
  const auto pause = state.holds.pauses.find(plugin.row.name);
  if (pause != state.holds.pauses.end()) plugin.pause = pause->second;
  const auto quarantine = state.holds.quarantines.find({plugin.row.name, plugin.row.build});
  if (quarantine != state.holds.quarantines.end()) plugin.quarantine = quarantine->second;
  return plugin;
}

// What damage keeps from being read holds its plugin all the same: the dispatcher cannot read it
// either, and leases it nothing.
Holds Catalog::stored_holds() {
  try {
    return store_.write([](Transaction& tx) { return tx.holds.all(); });
  } catch (const StoreError& error) {
    if (!error.damaged()) throw;
    log_error("holds_unreadable", {{"error", error.what()}});
    return {};
  }
}

// What is known afterwards is what was stored: both or neither.
void Catalog::change_holds(const std::string& name,
                           const std::function<void(Transaction&)>& change) {
  const std::lock_guard in_order(holding_);
  Holds holds = store_.write([&](Transaction& tx) {
    change(tx);
    return tx.holds.of(name);
  });
  state_.with([&](State& state) { state.holds.replace(name, std::move(holds)); });
}

bool Catalog::change_hold(const std::string& name, const std::string& who,
                          const std::string& action,
                          const std::function<void(Transaction&)>& change) {
  if (!find(name)) return false;
  change_holds(name, [&](Transaction& tx) {
    change(tx);
    tx.actions.add({tx.now, who, action, {}, name});
  });
  log_info("plugin_" + action, {{"plugin", name}, {"who", who}});
  if (changed_) changed_(name);
  return true;
}

bool Catalog::pause(const std::string& name, const std::string& who) {
  return change_hold(name, who, "pause",
                     [&](Transaction& tx) { tx.holds.pause(name, who, tx.now); });
}

bool Catalog::resume(const std::string& name, const std::string& who) {
  return change_hold(name, who, "resume", [&](Transaction& tx) { tx.holds.resume(name); });
}

bool Catalog::reload(const std::string& name, const std::string& who) {
  std::vector<std::string> names;
  for (const ActivePlugin& plugin : all())
    if (name.empty() || plugin.row.name == name) names.push_back(plugin.row.name);
  {
    const std::lock_guard one_at_a_time(judging_);
    const bool known = state_.with([&](State& state) {
      const auto own = state.plugins.find(name);
      const auto file = own == state.plugins.end() ? name : own->second.row.file;
      for (auto& [one, seen] : state.files)
        if (name.empty() || one == file) seen.stamp = {};  // no file has it: it is judged again
      return !names.empty() || name.empty() || state.files.contains(file);
    });
    if (!known) return false;
  }
  judge_folder();
  if (stopping()) throw HostError("the host is stopping: reload it after the next start");
  for (const std::string& plugin : names)
    change_hold(plugin, who, "reload", [&](Transaction& tx) { tx.holds.lift_quarantines(plugin); });
  return true;
}

void Catalog::count_crash(const Crash& crash) {
  std::optional<Quarantine> quarantine;
  change_holds(crash.plugin, [&](Transaction& tx) { quarantine = note_crash(tx, crash); });
  if (!quarantine) return;
  std::vector<std::string> jobs;
  for (const std::int64_t job : quarantine->jobs) jobs.push_back(std::to_string(job));
  log_error("plugin_quarantined", {{"plugin", crash.plugin},
                                   {"build", crash.build.substr(0, 12)},
                                   {"jobs", joined(jobs, ",")},
                                   {"reason", quarantine->reason}});
  if (changed_) changed_(crash.plugin);
}

}  // namespace fh
