// Slot: one thread and one worker of one plugin. It starts the worker, offers it to the Dispatcher,
// runs the job that comes, and commits its end together with the lease of the next. The worker is
// replaced when it ends, and when the plugin has another build. Owned by the Supervisor. retire(),
// interrupt(), cancel() and take() from any thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "queue/dispatcher.h"
#include "runtime/catalog.h"
#include "runtime/run.h"
#include "runtime/steady_time.h"
#include "store/worker_ledger.h"

namespace fh {

class Slot;

/// What a slot is doing, for status and `jobs show`.
struct SlotStatus {
  std::int64_t job = 0;    // 0: idle
  std::int64_t lease = 0;  // of that job
  int pid = 0;             // 0: no worker
  int percent = -1;        // what the plugin said of its progress; -1: nothing
  std::string progress;
  std::string trouble;      // why it has no worker just now; "" when it has, or is about to
  int failures = 0;         // starts and crashes in a row, while it is in trouble
  SteadyTime next_start{};  // no worker before, while it is in trouble
};

struct SlotSurroundings {
  Store& store;
  const Clock& clock;
  Catalog& catalog;
  Dispatcher& dispatcher;
  WorkerLedger& ledger;
  const PluginsConfig& plugins;
  WorkersConfig workers;
  std::filesystem::path worker;  // the executable
  NativeHandle store_lock = kNoHandle;
  std::function<void(const Slot&)> on_idle;  // nothing is ready for the slot just now
  std::function<void()> on_end;              // the slot's thread is about to end
  UndisturbedRuns* runs = nullptr;           // of all slots
};

class Slot final : public IdleWorker {
 public:
  /// `failures`: of its plugin's slots before, which it goes on from.
  Slot(const SlotSurroundings& surroundings, std::string plugin, int failures);
  ~Slot() override;

  void start();
  /// Ends after the job at hand, if any.
  void retire();
  /// Another plugin waits for room: ends as soon as nothing is ready for it, and after the job at
  /// hand once it has had its turn; a slot that has just been started gets one first.
  void give_way();
  bool leaving() const { return retiring_ || gives_way_; }
  /// Finds out whether its worker is still the right one.
  void look_again() { wake_.signal(); }
  /// Ends the job at hand as interrupted, the worker killed if it does not listen; then as
  /// retire().
  void interrupt();
  /// Ends the job as cancelled if it is the one at hand.
  bool cancel(std::int64_t job);
  bool ended() const { return ended_; }

  const std::string& plugin() const { return plugin_; }
  SlotStatus status() const;
  bool idle() const { return status().job == 0; }

  void take(Lease lease) override;

 private:
  void loop();
  void serve(const ActivePlugin& plugin);
  bool start_worker(const ActivePlugin& plugin);
  void stop_worker();
  void drop_worker();
  bool idle_until_leased(const ActivePlugin& plugin);
  void offer(const ActivePlugin& plugin);
  bool withdraw_offer();
  bool take_mail();
  bool had_its_turn() const;
  bool gives_up() const { return signals_.interrupted || (retiring_ && !lease_); }
  void note_idle_end(const std::string& build, const std::string& how);
  void warn_if_spinning(const std::string& build);
  void run(const ActivePlugin& plugin);
  void give_back_lease();
  RunSurroundings surroundings();
  void write_end(const Lease& lease, RunEnd end);
  void note_crash_of(const std::string& build, std::int64_t job);
  void back_off();

  const SlotSurroundings s_;
  const std::string plugin_;
  WakeUp wake_;
  std::unique_ptr<WorkerProcess> worker_;  // the slot's thread only
  std::optional<Lease> lease_;             // the slot's thread only
  bool greedy_ = false;                    // the slot's thread only; its next worker comes last
  PluginLines idle_lines_;                 // the slot's thread only; that no run has printed
  std::string warned_of_;                  // the slot's thread only; the build
  bool offered_ = false;                   // the slot's thread only
  int failures_;                           // starts and crashes in a row
  std::optional<SteadyTime> began_;        // its first run; the thread's only

  Guarded<std::optional<Lease>> mailbox_;
  Guarded<SlotStatus> status_;
  std::atomic<bool> retiring_{false};
  std::atomic<bool> gives_way_{false};
  RunSignals signals_;
  std::atomic<bool> ended_{false};
  std::jthread thread_;
};

}  // namespace fh
