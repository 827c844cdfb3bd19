// World: the real store, dispatcher, timer, accept and recovery in a folder of their own, driven
// step by step, and beside them the Model of what must come of it. Every step is checked at once
// (invariants.h). Workers are stood in for by hands that take leases and wait to be told how their
// run ended; the clock is turned by hand. Throws Violation. One thread, beside the store's writer.
#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>

#include "ingress/accept.h"
#include "model/invariants.h"
#include "queue/dispatcher.h"
#include "queue/idempotency.h"
#include "queue/job_action.h"
#include "queue/timer.h"

namespace fh::model {

/// The plugins of every world, and a catalog that knows them. They have no files: nobody runs them
/// but the world's hands.
class Plugins {
 public:
  explicit Plugins(const std::filesystem::path& folder);
  ~Plugins();
  static std::vector<PluginTerms> terms();
  const Catalog& catalog() const { return *catalog_; }

 private:
  SystemClock clock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Catalog> catalog_;
};

/// A run that a hand has, or had: with the scopes of once and step that it opened.
struct HeldRun {
  JobRow job;
  std::vector<EffectName> open;
};

class World {
 public:
  World(const Plugins& plugins, std::filesystem::path folder);
  ~World();

  // What the actions use.
  Model model;
  ManualClock clock;
  std::vector<HeldRun> held;   // live runs
  std::vector<HeldRun> ended;  // runs that are over; what they still say must change nothing
  std::deque<ModelEvent> sent;

  /// The next write shares its transaction with one that fails.
  void set_bad_company(bool bad) { bad_company_ = bad; }
  /// At the end of the next transaction leasing fails, after it was done.
  void let_leasing_fail() { leasing_fails_ = true; }
  template <class Op>
  auto write(Op op);

  void accept(const ModelEvent& event);
  void offer(const std::string& plugin);
  void withdraw_all();
  void finish(std::size_t run, const Outcome& outcome, const Effects& effects);
  void finish_late(const HeldRun& run, const Outcome& outcome);
  void begin(std::size_t run, const EffectName& name);
  void commit(std::size_t run, std::size_t scope, const std::string& result,
              const Effects& effects);
  void leave(std::size_t run, std::size_t scope);
  void effect_late(const HeldRun& run, const EffectName& name);
  void ask_interrupted(std::size_t run, const std::string& key);
  /// As the removal of its plugin does it.
  void close(Id job, const std::string& state);
  void act(JobAction action, Id job);
  void pause(const std::string& plugin);
  void resume(const std::string& plugin);
  void prune(const KeepTerms& terms);
  void turn_clock(std::int64_t ms);
  /// Somebody sets the wall clock by that much; what waits moves along.
  void set_clock(std::int64_t ms);
  void tick();
  /// The host is gone from one moment to the next; another opens what was on disk then.
  void crash();
  /// The host ended in an orderly way, its runs cut short.
  void restart();

  /// A job for a run to enqueue; its delivery, record and parent come from the run.
  NewJob new_job(const std::string& plugin, std::int64_t delay_ms) const;
  StateWrite state_write(const HeldRun& run, bool stale) const;

  /// Compares the store with the model. Every one of the above ends with it.
  void check();
  /// From here on everything goes well: all must come to its end.
  void drain();

 private:
  class Hand;
  class LeasingThatFails;

  void open();
  void shut();
  void settle();
  /// Takes the jobs into the model that it awaits.
  void adopt(const Snapshot& seen);
  /// Takes the leases that hands were given.
  void collect();
  void orphan_held();
  void expect_unchanged(const char* what, const std::function<void()>& deed);
  bool conflicts(const HeldRun& run, const Effects& effects) const;
  void apply(const HeldRun& run, const Effects& effects);
  ModelEffect* find_effect(const HeldRun& run, const EffectName& name);
  ModelEffect& effect(const HeldRun& run, const EffectName& name);
  Begin expected_begin(const HeldRun& run, const EffectName& name);

  const Plugins& plugins_;
  const std::filesystem::path folder_;
  std::filesystem::path file_;
  int lives_ = 0;
  SourceConfig source_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<CommitHook> hook_;
  std::unique_ptr<Timer> timer_;
  std::unique_ptr<SnapshotReader> reader_;
  std::vector<std::unique_ptr<Hand>> hands_;
  std::map<std::string, int> offered_;
  std::vector<Awaited> awaited_;
  bool bad_company_ = false;
  std::atomic<bool> leasing_fails_{false};
};

template <class Op>
auto World::write(Op op) {
  if (!std::exchange(bad_company_, false)) return store_->write(op);
  using Result = decltype(op(std::declval<Transaction&>()));
  std::optional<Result> result;
  std::promise<void> busy;
  std::promise<void> gathered;
  std::promise<void> done;
  // Holds the writer until both others wait, so that it takes them together.
  store_->write_then(
      [&](Transaction&) {
        busy.set_value();
        gathered.get_future().wait();
      },
      [](auto) {});
  busy.get_future().wait();
  store_->write_then([&](Transaction& tx) { result.emplace(op(tx)); },
                     [&](std::exception_ptr failure) {
                       failure ? done.set_exception(failure) : done.set_value();
                     });
  store_->write_then(
      [&](Transaction& tx) {
        NewJob job = new_job(model.plugins()[0].name, 0);
        tx.jobs.insert(job);
        throw HostError("a write that fails");
      },
      [](auto) {});
  gathered.set_value();
  done.get_future().get();
  return std::move(*result);
}

}  // namespace fh::model
