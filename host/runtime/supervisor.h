// Supervisor: starts slots on demand, within each plugin's slots and workers.max, and ends them.
// One that cannot be made (no descriptor, no thread) is tried again a second later. Its own thread
// does all that; the others only leave word. Lock order: none of its calls is made under another
// lock of the runtime.
#pragma once

#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "runtime/slot.h"

namespace fh {

struct RunningJob {
  std::int64_t job = 0;
  std::string plugin;
  int pid = 0;
  int percent = -1;
  std::string progress;
};

class Supervisor {
 public:
  explicit Supervisor(SlotSurroundings surroundings);
  ~Supervisor();

  void start();
  /// Kills what still runs; after drain() there is nothing.
  void stop();

  /// The plugin has ready jobs and no idle worker.
  void want(const std::string& plugin);
  /// The plugin's build changed or went: its idle workers are replaced, its ready jobs looked at.
  void plugin_changed(const std::string& plugin);
  /// Nothing new is started. Waits for running jobs up to `grace`, then interrupts them. Returns
  /// when the last worker is gone.
  void drain(Millis grace);
  /// False: the job does not run now.
  bool cancel(std::int64_t job);

  std::vector<RunningJob> running() const;
  bool draining() const;
  /// Why workers of the plugin are not there just now ("could not be started: ..."); "" when they
  /// are.
  std::string trouble_of(const std::string& plugin) const;
  std::map<std::string, int> workers_by_plugin() const;

 private:
  void loop();
  bool turn();
  void make_room_for(const std::string& plugin);
  bool start_slot(const std::string& plugin);
  void keep_trouble_of(const Slot& slot);
  bool is_put_off(const std::string& plugin);
  std::optional<SteadyTime> next_start() const;
  std::set<std::string> take_due();
  bool make_slot(const std::string& plugin);
  std::map<std::string, int> count_locked() const;

  UndisturbedRuns runs_;
  SlotSurroundings surroundings_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<std::unique_ptr<Slot>> slots_;  // guarded by mutex_
  std::set<std::string> wanted_;            // guarded by mutex_
  std::deque<std::string> hungry_;          // guarded by mutex_; wanted, and found no room
  // guarded by mutex_; no slot is made before, since one could not be
  std::optional<SteadyTime> start_again_;
  /// Of a plugin whose slot gave way while its worker could not be started, or crashed.
  struct Trouble {
    std::string why;
    int failures = 0;
    SteadyTime next_start;  // no slot of it before
    bool wanted = false;    // meanwhile
  };
  std::map<std::string, Trouble> troubles_;  // guarded by mutex_; by plugin
  bool something_ended_ = false;             // guarded by mutex_
  bool something_idle_ = false;              // guarded by mutex_; while hungry_ is not empty
  bool draining_ = false;                    // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  std::jthread thread_;
};

}  // namespace fh
