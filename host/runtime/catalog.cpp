#include "runtime/catalog.h"

#include "base/check.h"
#include "base/joined.h"
#include "base/log.h"
#include "base/private_file.h"
#include "runtime/probe.h"
#include "runtime/steady_time.h"

namespace fh {
namespace {

// A folder that changes is looked at once it was quiet for this long.
constexpr Millis kQuiet(100);
// It is looked at this often in any case: something may write there all the time, Poco's watch
// begins with a thread of its own, which may be later than the first look, and the system drops
// what it cannot keep.
constexpr std::chrono::seconds kLookAnyway(5);

std::string gone(const std::string& plugin) {
  return "its file is gone from the plugin folder: " + remedy_when_gone(plugin);
}

}  // namespace

Catalog::Catalog(CatalogOptions options, Store& store, const Clock& clock)
    : options_(std::move(options)), store_(store), clock_(clock) {}

Catalog::~Catalog() { stop(); }

void Catalog::set_on_change(std::function<void(const std::string&)> changed) {
  changed_ = std::move(changed);
}

void Catalog::start() {
  const auto& folder = options_.plugins.directory;
  if (auto why = mistrust_of_folder(folder, options_.plugins.trust); !why.empty())
    throw HostError("plugins: " + why);
  make_private_folder(options_.builds);
  load_stored();
  // Watched before it is read, so that few changes fall in between.
  watch_ = std::make_unique<FolderWatch>(folder, [this] {
    {
      const std::lock_guard lock(mutex_);
      folder_changed_ = true;
    }
    wake_.notify_all();
  });
  judge_folder();
  thread_ = std::jthread([this] { loop(); });
}

void Catalog::begin_to_stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  stop_judging_.signal();
}

void Catalog::stop() {
  watch_.reset();
  begin_to_stop();
  if (thread_.joinable()) thread_.join();
}

bool Catalog::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Catalog::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, kLookAnyway, [this] { return folder_changed_ || stopping_; });
    const auto at_latest = steady_now() + kLookAnyway;
    while (std::exchange(folder_changed_, false) && !stopping_ && steady_now() < at_latest)
      wake_.wait_for(lock, kQuiet, [this] { return folder_changed_ || stopping_; });
    if (stopping_) return;
    lock.unlock();
    std::string trouble;
    try {
      judge_folder();
    } catch (const std::exception& error) {
      trouble = error.what();
    }
    if (!trouble.empty() && trouble != trouble_)
      log_error("plugin_folder_failed", {{"error", trouble}});
    trouble_ = trouble;
    lock.lock();
  }
}

// Nobody sees them before it is known what holds them back, whose file is gone, and which copy of a
// build is sound: a job that can be leased is.
void Catalog::load_stored() {
  const std::lock_guard one_at_a_time(judging_);
  State state;
  std::vector<PluginRow> rows;
  store_.write([&](Transaction& tx) { rows = tx.plugins.all(); });
  state.holds = stored_holds();
  const auto present = list_folder();
  std::set<std::filesystem::path> used;
  for (PluginRow& row : rows) {
    ActivePlugin plugin;
    plugin.row = std::move(row);
    plugin.manifest = manifest_from_text(plugin.row.manifest).manifest;
    plugin.terms = merge_terms(plugin.manifest, options_.plugins.limits_of(plugin.row.name));
    plugin.library = copy_path(options_.builds, plugin.row.build);
    used.insert(plugin.library);
    if (plugin.has_build() && !present.contains(plugin.row.file))
      store_missing(plugin.row, gone(plugin.row.name));
    state.plugins[plugin.row.name] = std::move(plugin);
  }
  for (const auto& entry : std::filesystem::directory_iterator(options_.builds)) {
    std::error_code ignored;
    if (!used.contains(entry.path()) || !is_sound_copy(entry.path()))
      std::filesystem::remove(entry.path(), ignored);
  }
  rebuild_index(state);
  state_.with([&](State& known) { known = std::move(state); });
}

std::map<std::string, FileStamp> Catalog::list_folder() const {
  std::map<std::string, FileStamp> present;
  for (const auto& entry : std::filesystem::directory_iterator(options_.plugins.directory)) {
    const std::string name = entry.path().filename().string();
    if (is_plugin_file_name(name)) present[name] = stamp_of(entry.path());
  }
  return present;
}

void Catalog::judge_folder() {
  const std::lock_guard one_at_a_time(judging_);
  if (auto why = mistrust_of_folder(options_.plugins.directory, options_.plugins.trust);
      !why.empty())
    throw HostError("plugins: nothing new is taken: " + why);
  const auto present = list_folder();
  // First what is gone, so that a plugin whose file was renamed finds its name free.
  note_missing(present);
  for (const auto& entry : present) {
    const std::string& file = entry.first;  // by hand, since clang 14 captures no binding
    const FileStamp& stamp = entry.second;
    const bool known = state_.with([&](const State& state) {
      const auto seen = state.files.find(file);
      return seen != state.files.end() && seen->second.stamp == stamp;
    });
    if (known) continue;
    if (stopping()) return;
    try {
      judge(file, stamp);
    } catch (const HostError& error) {
      // No verdict on the file (the disk is full, say): it is judged again at the next look.
      refuse(file, {}, error.what());
    }
  }
}

void Catalog::note_missing(const std::map<std::string, FileStamp>& present) {
  std::vector<std::string> missing;
  state_.with([&](State& state) {
    const auto is_gone = [&](const auto& file) { return !present.contains(file.first); };
    // What is gone may be why another file was refused.
    if (std::erase_if(state.files, is_gone) > 0)
      std::erase_if(state.files, [](const auto& file) { return !file.second.refused.empty(); });
    for (const auto& [name, plugin] : state.plugins)
      if (plugin.has_build() && !present.contains(plugin.row.file)) missing.push_back(name);
  });
  for (const std::string& plugin : missing) set_missing(plugin, gone(plugin));
}

void Catalog::set_missing(const std::string& name, const std::string& reason) {
  auto plugin = find(name);
  CHECK(plugin);
  store_missing(plugin->row, reason);
  state_.with([&](State& state) { state.plugins.at(name).row = plugin->row; });
  if (changed_) changed_(name);
}

void Catalog::store_missing(PluginRow& row, const std::string& reason) {
  row.state = "missing";
  row.reason = reason;
  store_.write([&](Transaction& tx) { tx.plugins.set_state(row.name, row.state, row.reason); });
  log_warning("plugin_missing", {{"plugin", row.name}, {"reason", reason}});
}

void Catalog::judge(const std::string& file, const FileStamp& stamp) {
  const JudgedFile judged =
      judge_plugin_file(options_.plugins.directory / file, options_.plugins.trust, options_.builds);
  if (const auto* refusal = std::get_if<PluginRefusal>(&judged))
    return refuse(file, stamp, refusal->reason);
  const PluginCopy& copy = std::get<PluginCopy>(judged);
  const std::size_t memory = options_.plugins.most_memory();
  const ProbeResult loaded =
      probe({options_.worker, copy.path, options_.store_lock, memory}, stop_judging_,
            {options_.handshake, [this] { return stopping(); }});
  if (loaded.given_up) return;
  if (!loaded.refused.empty()) return refuse(file, stamp, naming(file, copy.path, loaded.refused));
  ParsedManifest parsed = manifest_from_text(loaded.manifest);
  if (!parsed.mistakes.empty())
    return refuse(file, stamp, "its manifest cannot be used: " + joined(parsed.mistakes, "; "));
  const std::string name = parsed.manifest.name;
  if (const auto other = name_taken_by(name, file); !other.empty())
    return refuse(file, stamp,
                  "plugin \"" + name + "\" is provided by " + other +
                      " already: remove one of the two files");
  activate(file, copy, std::move(parsed.manifest), loaded.manifest);
  std::vector<std::string> left;
  state_.with([&](State& state) {
    state.files[file] = {stamp, name, ""};
    for (const auto& [other, plugin] : state.plugins)
      if (other != name && plugin.has_build() && plugin.row.file == file) left.push_back(other);
  });
  for (const std::string& other : left)
    set_missing(other, "its file " + file + " now holds plugin \"" + name + "\"");
}

void Catalog::refuse(const std::string& file, const FileStamp& stamp, const std::string& reason) {
  const bool said = state_.with([&](State& state) {
    SeenFile& seen = state.files[file];
    const bool again = stamp == FileStamp{} && seen.refused == reason;
    seen = {stamp, "", reason};
    for (auto& [name, plugin] : state.plugins)
      if (plugin.row.file == file) plugin.refused = reason;
    return again;
  });
  if (!said) log_warning("plugin_refused", {{"file", file}, {"reason", reason}});
}

std::string Catalog::name_taken_by(const std::string& name, const std::string& file) const {
  return state_.with([&](const State& state) -> std::string {
    for (const auto& [other, seen] : state.files)
      if (other != file && seen.provides == name) return other;
    return "";
  });
}

void Catalog::activate(const std::string& file, const PluginCopy& copy, Manifest manifest,
                       const std::string& manifest_text) {
  ActivePlugin plugin;
  plugin.manifest = std::move(manifest);
  const std::string name = plugin.manifest.name;
  plugin.terms = merge_terms(plugin.manifest, options_.plugins.limits_of(name));
  plugin.library = copy.path;
  plugin.row = {name,        plugin.manifest.version, copy.build, manifest_text, file, "active", "",
                clock_.now()};
  const auto before = find(name);
  if (before && before->has_build() && before->row.build == copy.build)
    plugin.row.activated_at = before->row.activated_at;
  store_.write([&](Transaction& tx) { tx.plugins.put(plugin.row); });
  log_info("plugin_active", {{"plugin", name},
                             {"version", plugin.row.version},
                             {"build", copy.build.substr(0, 12)},
                             {"file", file}});
  state_.with([&](State& state) {
    state.plugins[name] = std::move(plugin);
    rebuild_index(state);
  });
  if (changed_) changed_(name);
}

void Catalog::rebuild_index(State& state) {
  std::vector<PluginWatches> watches;
  for (const auto& [name, plugin] : state.plugins)
    watches.push_back({name, plugin.manifest.watches});
  state.watches = std::make_shared<const WatchIndex>(std::move(watches));
}

Removal Catalog::remove(const std::string& name, const std::string& who) {
  const std::lock_guard one_at_a_time(judging_);
  // One whose removal was cut short is gone, and has left jobs: they are cancelled now.
  if (!find(name) &&
      store_.write([&](Transaction& tx) { return tx.jobs.waiting_of(name, 1); }).empty())
    return {.result = Removal::Result::unknown};
  if (auto file = name_taken_by(name, ""); !file.empty())
    return {.result = Removal::Result::has_file, .file = std::move(file)};
  // What arrives in between makes jobs, which are cancelled with the others.
  change_holds(name, [&](Transaction& tx) {
    tx.plugins.remove(name);
    tx.holds.resume(name);
    tx.holds.lift_quarantines(name);
    tx.actions.add({tx.now, who, "remove", {}, name});
  });
  state_.with([&](State& state) {
    state.plugins.erase(name);
    rebuild_index(state);
  });
  constexpr int kJobsPerCommit = 1000;
  int cancelled = 0;
  while (true) {
    const int closed = store_.write([&](Transaction& tx) {
      const auto jobs = tx.jobs.waiting_of(name, kJobsPerCommit);
      for (const std::int64_t job : jobs) {
        CHECK(tx.jobs.close(job, JobState::cancelled, "its plugin was removed", tx.now));
        tx.actions.add({tx.now, who, "cancel", job, name});
      }
      return static_cast<int>(jobs.size());
    });
    cancelled += closed;
    if (closed < kJobsPerCommit) break;
  }
  log_info("plugin_removed", {{"plugin", name}, {"cancelled", cancelled}, {"who", who}});
  if (changed_) changed_(name);
  return {.cancelled = cancelled};
}

std::optional<ActivePlugin> Catalog::find(const std::string& name) const {
  return state_.with([&](const State& state) -> std::optional<ActivePlugin> {
    const auto found = state.plugins.find(name);
    if (found == state.plugins.end()) return std::nullopt;
    return with_holds(state, found->second);
  });
}

bool Catalog::runs(const std::string& name, const std::string& build) const {
  return state_.with([&](const State& state) {
    const auto found = state.plugins.find(name);
    return found != state.plugins.end() && found->second.row.build == build &&
           with_holds(state, found->second).can_run();
  });
}

std::optional<NewJob> Catalog::job_for(const std::string& name) const {
  return state_.with([&](const State& state) -> std::optional<NewJob> {
    const auto found = state.plugins.find(name);
    if (found == state.plugins.end()) return std::nullopt;
    return new_job_for(found->second);
  });
}

std::vector<ActivePlugin> Catalog::all() const {
  return state_.with([](const State& state) {
    std::vector<ActivePlugin> plugins;
    for (const auto& [name, plugin] : state.plugins) plugins.push_back(with_holds(state, plugin));
    return plugins;
  });
}

std::vector<RefusedFile> Catalog::refused() const {
  return state_.with([](const State& state) {
    std::vector<RefusedFile> files;
    for (const auto& [file, seen] : state.files)
      if (!seen.refused.empty()) files.push_back({file, seen.refused});
    return files;
  });
}

std::shared_ptr<const WatchIndex> Catalog::watches() const {
  return state_.with([](const State& state) { return state.watches; });
}

}  // namespace fh
