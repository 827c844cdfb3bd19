// Catalog: the plugins. It judges every file of the plugin folder (bytes, then a worker that proves
// it loads), makes builds active, keeps the manifests in the store and the index of their watches.
// A plugin whose file is gone or broken stays in force and its jobs wait; only remove() ends it.
//
// judge_folder() runs on the catalog's own thread whenever the folder changes, and once in start(),
// which returns when every file present was judged. The rest: any thread.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/guarded.h"
#include "domain/watch_index.h"
#include "queue/quarantine.h"
#include "runtime/active_plugin.h"
#include "runtime/file_stamp.h"
#include "runtime/folder_watch.h"
#include "runtime/plugin_file.h"
#include "runtime/worker_process.h"
#include "store/store.h"

namespace fh {

struct CatalogOptions {
  PluginsConfig plugins;
  std::filesystem::path builds;  // where the private copies go
  std::filesystem::path worker;  // the fieldhook-worker executable
  Millis handshake;
  NativeHandle store_lock = kNoHandle;
};

/// A file that is in the folder and not used.
struct RefusedFile {
  std::string file;
  std::string reason;
};

/// What became of the removal of a plugin.
struct Removal {
  enum class Result {
    done,
    unknown,   // there is no such plugin
    has_file,  // one in the folder still provides it
  };
  Result result = Result::done;
  int cancelled = 0;   // jobs, when done
  std::string file{};  // when that is so
};

class Catalog {
 public:
  Catalog(CatalogOptions options, Store& store, const Clock& clock);
  ~Catalog();

  /// Called after a plugin became active with another build, or missing, or whether it may run
  /// changed; on the thread that changed it.
  void set_on_change(std::function<void(const std::string& plugin)> changed);

  void start();
  void stop();
  /// Judges no file any more; who waits for one that is being judged is told so.
  void begin_to_stop();

  std::optional<ActivePlugin> find(const std::string& plugin) const;
  /// Whether the plugin runs and this is its build.
  bool runs(const std::string& plugin, const std::string& build) const;
  /// What a job of the plugin starts out with; nullopt: there is no such plugin.
  std::optional<NewJob> job_for(const std::string& plugin) const;
  std::vector<ActivePlugin> all() const;
  std::vector<RefusedFile> refused() const;
  std::shared_ptr<const WatchIndex> watches() const;

  /// Ends the plugin's watches and cancels its waiting jobs. When it was cut short, the next call
  /// goes on with it. `who` is the operator.
  [[nodiscard]] Removal remove(const std::string& plugin, const std::string& who);

  /// While it is paused its deliveries make jobs, which wait. Durable. False: no such plugin.
  bool pause(const std::string& plugin, const std::string& who);
  bool resume(const std::string& plugin, const std::string& who);
  /// Lifts the plugin's quarantine and judges its file again; "" for all. A file that was refused
  /// goes by its own name. False: no such plugin, no such file.
  bool reload(const std::string& plugin, const std::string& who);
  /// Writes the crash down, and sets the build aside if it was one too many. Throws HostError when
  /// it cannot be stored.
  void count_crash(const Crash& crash);

  /// Looks at the folder and judges what changed since the last look.
  void judge_folder();

 private:
  struct SeenFile {
    FileStamp stamp;
    std::string provides;  // the plugin's name; "" when refused
    std::string refused;
  };
  struct State {
    std::map<std::string, ActivePlugin> plugins;
    std::map<std::string, SeenFile> files;
    Holds holds;
    // Shared: a delivery that is being matched keeps the index it began with.
    std::shared_ptr<const WatchIndex> watches = std::make_shared<WatchIndex>();
  };

  void load_stored();
  std::map<std::string, FileStamp> list_folder() const;
  void judge(const std::string& file, const FileStamp& stamp);
  void refuse(const std::string& file, const FileStamp& stamp, const std::string& reason);
  void activate(const std::string& file, const PluginCopy& copy, Manifest manifest,
                const std::string& manifest_text);
  void note_missing(const std::map<std::string, FileStamp>& present);
  void set_missing(const std::string& plugin, const std::string& reason);
  void store_missing(PluginRow& row, const std::string& reason);
  std::string name_taken_by(const std::string& plugin, const std::string& file) const;
  bool change_hold(const std::string& plugin, const std::string& who, const std::string& action,
                   const std::function<void(Transaction&)>& change);
  Holds stored_holds();
  void change_holds(const std::string& plugin, const std::function<void(Transaction&)>& change);
  static ActivePlugin with_holds(const State& state, ActivePlugin plugin);
  static void rebuild_index(State& state);
  void loop();
  bool stopping();

  const CatalogOptions options_;
  Store& store_;
  const Clock& clock_;
  std::function<void(const std::string&)> changed_;
  Guarded<State> state_;
  std::mutex judging_;  // one look at a time
  std::mutex holding_;  // whose holds are stored last, those state_ gets last

  std::unique_ptr<FolderWatch> watch_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool folder_changed_ = false;  // guarded by mutex_
  bool stopping_ = false;        // guarded by mutex_
  WakeUp stop_judging_;          // waited for by who has judging_
  std::string trouble_;          // the thread's only; why the folder could not be read, once said
  std::jthread thread_;
};

}  // namespace fh
