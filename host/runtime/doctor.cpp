#include "runtime/doctor.h"

#include <functional>
#include <set>

#include "base/joined.h"
#include "runtime/active_plugin.h"
#include "runtime/plugin_file.h"
#include "store/disk_watch.h"
#include "store/inspection.h"
#include "store/schema.h"
#include "store/store_content.h"
#include "store/store_lock.h"

namespace fh {
namespace {

using Findings = std::vector<Finding>;

constexpr std::size_t kMostNamed = 5;
constexpr Millis kClockTolerance = std::chrono::minutes(1);
const std::string kRestore =
    "stop the host, keep a copy of the store, and restore a backup (docs/operations.md)";

// Of what a host says too, remedy and all.
const std::string kAsItSays =
    "do what it says; fieldhookd, run by the user of this doctor, would not start";

std::string listed(std::vector<std::string> texts) {
  if (const std::size_t all = texts.size(); all > kMostNamed) {
    texts.resize(kMostNamed);
    texts.push_back("and " + std::to_string(all - kMostNamed) + " more");
  }
  return joined(texts, "; ");
}

Finding good(std::string check, std::string found) {
  return {std::move(check), true, std::move(found), ""};
}
Finding bad(std::string check, std::string found, std::string todo) {
  return {std::move(check), false, std::move(found), std::move(todo)};
}

Finding look_at_host(const StoreHolder& holder) {
  if (holder.pid) return good("host", "a fieldhookd runs with pid " + std::to_string(*holder.pid));
  if (!holder.locked) return good("host", "no fieldhookd runs on this store");
  return bad("host", "workers of a fieldhookd that is gone still hold the store",
             "start fieldhookd: it waits for them and then ends them");
}

Finding look_at_schema(Inspection& store, bool host_runs) {
  const int schema = store.schema();
  const std::string found = "the store has schema " + std::to_string(schema);
  if (schema > schema_version())
    return bad(
        "schema",
        found + ", newer than the " + std::to_string(schema_version()) + " of this fieldhook",
        "use the newer fieldhook that wrote it, or restore a backup");
  if (schema < schema_version() && host_runs)
    return bad(
        "schema",
        found + ", older than the " + std::to_string(schema_version()) + " of this fieldhook",
        "restart the host with the fieldhookd of this build");
  return good("schema", found);
}

Finding look_at_integrity(Inspection& store) {
  const auto damage = store.damage();
  if (damage.empty()) return good("integrity", "SQLite finds the store whole");
  return bad("integrity", "the store is damaged: " + listed(damage), kRestore);
}

Finding look_at_tallies(Inspection& store) {
  const auto miscounts = store.miscounts();
  if (miscounts.empty()) return good("tallies", "the tallies are what counting the jobs gives");
  return bad("tallies", listed(miscounts),
             "report this as a bug of fieldhook; nothing is lost, but the counts shown, and the "
             "backlog limits, are off");
}

Finding look_at_leases(Inspection& store, bool host_runs) {
  std::vector<std::string> stray;
  const auto leases = store.leases();
  for (const OpenLease& lease : leases)
    if (!host_runs || !lease.of_last_host)
      stray.push_back("job " + std::to_string(lease.job) + " of " + lease.plugin);
  if (stray.empty())
    return good("leases",
                std::to_string(leases.size()) + " jobs run, all under the host that lives");
  return bad("leases", "leased by a host that is gone: " + listed(stray),
             host_runs ? "restart the host, and report this as a bug of fieldhook"
                       : "start fieldhookd: it ends these runs as lost, and runs the jobs again");
}

Finding look_at_disk(const Config& config) {
  DiskWatch disk(config.store, config.ingest.min_free_disk);
  disk.look();
  if (!disk.known())
    return bad("disk", disk.text(),
               "see that the store's folder " + config.store.parent_path().string() +
                   " is there and its disk mounted; fieldhookd makes a folder that is missing");
  if (!disk.low()) return good("disk", disk.text());
  return bad("disk", disk.text(),
             "until then deliveries are refused and no run is started: docs/operations.md says "
             "how to make room; or lower ingest.min_free_disk");
}

Finding look_at_clock(Inspection& store, TimePoint now) {
  const auto latest = store.latest();
  if (!latest || *latest <= now + kClockTolerance)
    return good("clock", "it is " + rfc3339(now) + ", after what came last into the store");
  return bad("clock",
             "it is " + rfc3339(now) + ", and the store knows of " + rfc3339(*latest) +
                 ": the clock is behind, or it was ahead then",
             "if it is wrong now, set it, and keep it right with a time service; if it is right, "
             "do nothing: the next delivery ends this");
}

Findings look_at_sources(const Config& config, TimePoint now) {
  Findings findings;
  for (const std::string& warning : warnings_of(config, now))
    findings.push_back(bad("source", warning,
                           "give it a secret that is in force (verify.secrets), or move the end of "
                           "this one (not_after), and restart the host"));
  if (findings.empty())
    findings.push_back(good("sources", "each has a secret in force, or needs none"));
  return findings;
}

Findings look_at_plugins(const Config& config, const std::vector<PluginRow>& plugins,
                         const Holds& holds) {
  Findings findings;
  for (const PluginRow& plugin : plugins) {
    const auto quarantine = holds.quarantines.find({plugin.name, plugin.build});
    const auto file = config.plugins.directory / plugin.file;
    std::error_code error;
    if (quarantine != holds.quarantines.end())
      findings.push_back(bad("plugin", plugin.name + " is quarantined", quarantine->second.reason));
    if (!std::filesystem::exists(file, error))
      findings.push_back(bad("plugin",
                             plugin.name + " has no file " + file.string() + ": its jobs wait",
                             remedy_when_gone(plugin.name)));
    else if (quarantine != holds.quarantines.end())
      continue;
    else if (const auto pause = holds.pauses.find(plugin.name); pause != holds.pauses.end())
      findings.push_back(good("plugin", plugin.name + " is paused by " + pause->second.who +
                                            " since " + rfc3339(pause->second.at)));
    else
      findings.push_back(good("plugin", plugin.name + " " + plugin.version + " is there"));
  }
  return findings;
}

Findings look_at_folder(const Config& config) {
  const auto& folder = config.plugins.directory;
  if (const auto why = mistrust_of_folder(folder, config.plugins.trust); !why.empty())
    return {bad("plugin folder", why, "correct it, and restart the host")};
  Findings findings;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!is_plugin_file_name(name)) continue;
    ++files;
    if (const auto why = mistake_in_plugin_file(entry.path(), config.plugins.trust); !why.empty())
      findings.push_back(bad("plugin folder", name + " is not used: " + why,
                             "correct the file; the host sees it at once"));
  }
  if (findings.empty())
    findings.push_back(good("plugin folder", folder.string() + " holds " + std::to_string(files) +
                                                 " plugin files, none refused"));
  return findings;
}

// Settings of a plugin that is not there most often are a name that was misspelt.
Findings look_at_settings(const Config& config, const std::vector<PluginRow>& plugins) {
  std::set<std::string> known;
  for (const PluginRow& plugin : plugins) known.insert(plugin.name);
  Findings findings;
  const auto check = [&](const std::string& key, const auto& section) {
    for (const auto& [name, value] : section)
      if (!known.contains(name))
        findings.push_back(bad(
            "settings", "plugins." + key + " speaks of " + name + ", and there is no such plugin",
            "correct the name, or install the plugin"));
  };
  check("settings", config.plugins.settings);
  check("secrets", config.plugins.secrets);
  check("limits", config.plugins.limits);
  for (const auto& [plugin, secrets] : config.plugins.secrets)
    for (const auto& [name, reference] : secrets) try {
        (void)reference.resolve();
      } catch (const HostError& error) {
        findings.push_back(bad("settings", "secret " + name + " of " + plugin + ": " + error.what(),
                               "correct plugins.secrets." + plugin + "." + name +
                                   ", or run the doctor as the host's user"));
      }
  if (findings.empty()) findings.push_back(good("settings", "all are for plugins there are"));
  return findings;
}

void append(Findings& all, Findings more) {
  for (Finding& finding : more) all.push_back(std::move(finding));
}

// A store that is damaged may fail any of them: each on its own.
void attempt(Findings& all, const std::string& check, const std::function<Findings()>& look) {
  try {
    append(all, look());
  } catch (const StoreError& error) {
    all.push_back(bad(check, error.what(), error.damaged() ? kRestore : kAsItSays));
  } catch (const std::exception& error) {
    all.push_back(bad(check, error.what(), kRestore));
  }
}

// What a host would ask before it works with the store.
void refuse_unfit(Inspection& store) {
  try {
    store.refuse_unfit();
  } catch (const StoreError& error) {
    if (!error.damaged()) throw;  // else the checks tell what is
  }
}

void look_at_store(Findings& all, const Config& config, const Clock& clock, bool host_runs) {
  refuse_unwritable(config.store);
  refuse_emptied(config.store);
  Inspection store(config.store);
  refuse_unfit(store);
  all.push_back(good("store", config.store.string() + " can be read"));
  attempt(all, "schema", [&] { return Findings{look_at_schema(store, host_runs)}; });
  attempt(all, "integrity", [&] { return Findings{look_at_integrity(store)}; });
  attempt(all, "tallies", [&] { return Findings{look_at_tallies(store)}; });
  attempt(all, "leases", [&] { return Findings{look_at_leases(store, host_runs)}; });
  attempt(all, "clock", [&] { return Findings{look_at_clock(store, clock.now())}; });
  attempt(all, "plugin", [&] {
    const auto plugins = store.plugins();
    Findings findings = look_at_plugins(config, plugins, store.holds());
    append(findings, look_at_settings(config, plugins));
    return findings;
  });
}

}  // namespace

std::vector<Finding> examine(const Config& config, const Clock& clock) {
  Findings all;
  StoreHolder holder;
  try {
    holder = holder_of(config.store.string());
    all.push_back(look_at_host(holder));
  } catch (const HostError& error) {
    all.push_back(bad("host", error.what(), "run the doctor as the host's user"));
  }
  std::error_code ignored;
  const auto is_there = [&](const std::filesystem::path& file) {
    return std::filesystem::status(file, ignored).type() != std::filesystem::file_type::not_found;
  };
  const bool there = is_there(config.store) || is_there(config.store.string() + "-wal");
  try {
    look_at_store(all, config, clock, holder.pid.has_value());
  } catch (const std::exception& error) {
    all.push_back(bad("store", error.what(),
                      there ? kAsItSays
                            : "start fieldhookd once if it never ran; else restore a backup "
                              "(docs/operations.md)"));
  }
  all.push_back(look_at_disk(config));
  append(all, look_at_sources(config, clock.now()));
  append(all, look_at_folder(config));
  return all;
}

}  // namespace fh
