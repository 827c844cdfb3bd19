#include "runtime/slot.h"

#include <algorithm>
#include <random>

#include "base/beginning_of.h"
#include "base/fault.h"
#include "base/log.h"
#include "runtime/probe.h"

namespace fh {
namespace {

constexpr Millis kFirstRestartDelay(100);
constexpr Millis kLongestRestartDelay(30'000);
constexpr Millis kTryAgain(1000);
constexpr std::size_t kMostProgress = 200;  // bytes of its text
constexpr std::chrono::seconds kTurn(1);    // a worker's start is worth some runs

double random_jitter() {
  thread_local std::mt19937_64 engine(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

}  // namespace

Slot::Slot(const SlotSurroundings& surroundings, std::string plugin, int failures)
    : s_(surroundings), plugin_(std::move(plugin)), idle_lines_(plugin_, 0), failures_(failures) {}

Slot::~Slot() {
  retire();
  if (thread_.joinable()) thread_.join();
}

void Slot::start() {
  thread_ = std::jthread([this] {
    try {
      loop();
    } catch (const std::exception& error) {
      log_error("slot_failed", {{"plugin", plugin_}, {"error", error.what()}});
    }
    // Whatever happened, nothing may be leased to a slot that is gone.
    while (!withdraw_offer() && !take_mail()) wake_.wait(kTryAgain);
    if (lease_) give_back_lease();
    worker_.reset();
    ended_ = true;
    s_.on_end();
  });
}

void Slot::retire() {
  retiring_ = true;
  wake_.signal();
}

void Slot::give_way() {
  gives_way_ = true;
  wake_.signal();
}

bool Slot::had_its_turn() const { return began_ && steady_now() - *began_ >= kTurn; }

void Slot::interrupt() {
  signals_.interrupted = true;
  retire();
}

bool Slot::cancel(std::int64_t job) {
  const SlotStatus now = status();
  if (now.job != job) return false;
  signals_.cancelled.with([&](RunName& cancelled) { cancelled = {now.job, now.lease}; });
  wake_.signal();
  return true;
}

SlotStatus Slot::status() const {
  return status_.with([](const SlotStatus& status) { return status; });
}

void Slot::take(Lease lease) {
  // From here on it can be cancelled: what reads in the store that it runs finds it here.
  status_.with([&](SlotStatus& status) {
    status.job = lease.job.id;
    status.lease = lease.job.lease;
    status.percent = -1;
    status.progress.clear();
  });
  mailbox_.with([&](auto& mailbox) { mailbox = std::move(lease); });
  wake_.signal();
}

void Slot::loop() {
  // A lease at hand is worked off even when retiring: its run is on disk and counts. Its worker
  // may have ended before, and the plugin have been held back since: then it is given back.
  while (!retiring_ || lease_) {
    const auto plugin = s_.catalog.find(plugin_);
    if (!plugin || !plugin->can_run()) return;
    if (!start_worker(*plugin)) {
      if (lease_) give_back_lease();
      back_off();
      if (gives_way_) retiring_ = true;
      continue;
    }
    serve(*plugin);
    const bool lost_worker = worker_ == nullptr;
    stop_worker();
    if (lost_worker && failures_ > 0 && !lease_) back_off();
    if (gives_way_) retiring_ = true;
  }
}

bool Slot::start_worker(const ActivePlugin& plugin) {
  std::string why;
  try {
    worker_ = std::make_unique<WorkerProcess>(
        WorkerLaunch{s_.worker, plugin.library, s_.store_lock, plugin.terms.memory}, wake_);
    s_.ledger.record(worker_->pid());
    const ProbeResult hello =
        await_hello(*worker_, {s_.workers.handshake, [this] { return gives_up(); }},
                    [this](const auto& line) { idle_lines_.printed(line); });
    if (hello.given_up) {
      stop_worker();
      return false;
    }
    why = naming(plugin.row.file, plugin.library, hello.refused);
    if (why.empty()) {
      // Not before: to load is to be over within workers.handshake.
      worker_->watch(greedy_, *s_.runs);
      const auto settings = s_.plugins.settings.find(plugin_);
      worker_->send(
          wire::Start{settings == s_.plugins.settings.end() ? "{}" : to_text(settings->second)});
      status_.with([&](SlotStatus& status) {
        status.pid = worker_->pid();
        status.trouble.clear();
      });
      return true;
    }
  } catch (const std::exception& error) {
    why = error.what();
  }
  ++failures_;
  log_error("worker_start_failed", {{"plugin", plugin_}, {"reason", why}});
  status_.with([&](SlotStatus& status) { status.trouble = "could not be started: " + why; });
  stop_worker();
  return false;
}

void Slot::stop_worker() {
  if (!worker_) return;
  worker_->send(wire::Stop{});
  const auto deadline = steady_now() + s_.workers.cancel_grace;
  while (true) {
    const Happening happening = worker_->wait(deadline);
    if (const auto* line = std::get_if<OutputLine>(&happening)) idle_lines_.printed(*line);
    if (std::holds_alternative<WorkerEnded>(happening)) break;
    if (std::holds_alternative<TimedOut>(happening)) break;
  }
  drop_worker();
}

// Kills what is left of its group and reaps it.
void Slot::drop_worker() {
  const int pid = worker_->pid();
  // One that never said hello tells nothing.
  if (status().pid == pid) greedy_ = worker_->is_greedy();
  worker_.reset();
  s_.ledger.erase(pid);
  status_.with([](SlotStatus& status) { status.pid = 0; });
}

void Slot::serve(const ActivePlugin& plugin) {
  if (!lease_ && !retiring_) {
    offer(plugin);
    s_.dispatcher.nudge();
  }
  while (idle_until_leased(plugin)) {
    run(plugin);
    if (!worker_) return;
  }
}

void Slot::offer(const ActivePlugin& plugin) {
  offered_ = true;
  s_.dispatcher.offer({plugin_, plugin.row.build, plugin.terms.timeout, this});
}

// Back to a slot that no lease can reach; one that is on its way is waited for.
bool Slot::withdraw_offer() {
  if (!offered_) return true;
  if (s_.dispatcher.withdraw(this)) {
    offered_ = false;
    return true;
  }
  return false;
}

// Whether there is a lease at hand.
bool Slot::take_mail() {
  mailbox_.with([&](auto& mailbox) {
    if (mailbox) lease_ = std::exchange(mailbox, {});
  });
  if (lease_) offered_ = false;
  return lease_.has_value();
}

bool Slot::idle_until_leased(const ActivePlugin& plugin) {
  while (true) {
    // Nobody watched the worker while the commit was waited for that this lease came with.
    if (take_mail() && !(worker_ && worker_->has_ended())) return worker_ != nullptr;
    if (worker_) warn_if_spinning(plugin.row.build);
    // One that gives way is idle only when no lease is on its way to it.
    const bool leaving = !worker_ || retiring_ || (gives_way_ && began_) || worker_->is_spent() ||
                         !s_.catalog.runs(plugin_, plugin.row.build);
    if (leaving && withdraw_offer()) return false;
    if (!leaving) s_.on_idle(*this);
    // The commit of the lease that is on its way may fail: then nobody says so.
    const Millis patience = leaving || gives_way_ ? kTryAgain : kNoDeadline;
    if (!worker_) {
      wake_.wait(patience);
      continue;
    }
    const Happening happening = worker_->wait(steady_now() + patience);
    if (std::holds_alternative<TimedOut>(happening) && gives_way_) retiring_ = true;
    if (const auto* line = std::get_if<OutputLine>(&happening)) idle_lines_.printed(*line);
    if (const auto* ended = std::get_if<WorkerEnded>(&happening)) {
      drop_worker();
      note_idle_end(plugin.row.build, ended->how);
    }
  }
}

void Slot::note_idle_end(const std::string& build, const std::string& how) {
  ++failures_;
  log_warning("idle_worker_ended", {{"plugin", plugin_}, {"how", how}});
  note_crash_of(build, 0);
}

// Once for each build, however many workers it spends.
void Slot::warn_if_spinning(const std::string& build) {
  if (!worker_->is_spinning() || std::exchange(warned_of_, build) == build) return;
  log_warning("idle_worker_busy",
              {{"plugin", plugin_},
               {"reason",
                "it keeps a processor busy and has no run, so it comes last: let execute() end "
                "the threads that it starts, and start none while the library is loaded"}});
}

void Slot::run(const ActivePlugin& plugin) {
  const Lease lease = *std::exchange(lease_, {});
  const auto started = steady_now();
  if (!began_) began_ = started;
  fault_point("before_execute");
  for (const OutputLine& line : worker_->begin_work()) idle_lines_.printed(line);
  Run run(*worker_, lease, surroundings(),
          {plugin.terms.timeout, s_.workers.cancel_grace, plugin.row.build}, signals_);
  const Outcome outcome = run.converse();
  fault_point("before_finish");
  idle_lines_.begin_anew();
  const auto took = std::chrono::duration_cast<Millis>(steady_now() - started);
  log_info("run_ended", {{"job", lease.job.id},
                         {"plugin", plugin_},
                         {"run", lease.job.counters.runs},
                         {"outcome", name_of(outcome.kind)},
                         {"ms", static_cast<std::int64_t>(took.count())},
                         {"reason", outcome.kind == OutcomeKind::done ? "" : outcome.text}});
  // The lease ends only after the process was reaped and its group is gone.
  if (!run.keeps_worker()) drop_worker();
  // Before the job can run again: one that crashed too often does not.
  if (outcome.kind == OutcomeKind::crashed) {
    ++failures_;
    note_crash_of(plugin.row.build, lease.job.id);
  } else if (!run.idle_end().empty()) {
    note_idle_end(plugin.row.build, run.idle_end());
  } else {
    failures_ = 0;
  }
  if (gives_way_ && had_its_turn()) retiring_ = true;
  const bool stay = worker_ && !retiring_ && s_.catalog.runs(plugin_, plugin.row.build);
  if (stay) offer(plugin);  // and the commit of the run's end looks
  RunEnd end{.job = lease.job.id, .lease = lease.job.lease, .outcome = outcome};
  end.effects = run.take_effects();
  end.backoff = plugin.terms.backoff;
  end.jitter = random_jitter();
  write_end(lease, end);
  fault_point("after_finish");
}

// A lease at hand and no worker for it: the job is ready again, nothing charged.
void Slot::give_back_lease() {
  const Lease lease = *std::exchange(lease_, {});
  RunEnd end{.job = lease.job.id, .lease = lease.job.lease, .outcome = {}};
  end.outcome = {.kind = OutcomeKind::interrupted, .text = "there was no worker for it"};
  write_end(lease, end);
}

RunSurroundings Slot::surroundings() {
  return {s_.store, s_.clock,
          [this](const std::string& plugin, const std::string& name) {
            const auto secrets = s_.plugins.secrets.find(plugin);
            if (secrets == s_.plugins.secrets.end() || !secrets->second.contains(name))
              throw HostError("no secret \"" + name + "\": name it in plugins.secrets." + plugin +
                              " of the configuration, and start the host again");
            return secrets->second.at(name).resolve();
          },
          [this](const std::string& plugin) { return s_.catalog.job_for(plugin); },
          [this](int percent, const std::string& text) {
            status_.with([&](SlotStatus& status) {
              status.percent = percent;
              status.progress = beginning_of(text, kMostProgress);
            });
          }};
}

void Slot::write_end(const Lease& lease, RunEnd end) {
  while (true) {
    try {
      const auto next = s_.store.write([&](Transaction& tx) { return finish_run(tx, end); });
      if (next)
        log_if_dead(lease.job, lease.record.key, *next);
      else
        log_warning("late_result_dropped", {{"job", end.job}, {"plugin", plugin_}});
      break;
    } catch (const HostError& error) {
      log_error("result_not_stored", {{"job", end.job}, {"error", error.what()}});
      const auto* failed = dynamic_cast<const StoreError*>(&error);
      if (failed != nullptr && !failed->damaged()) {
        // A full disk: the result is kept in hand until there is room, for it cannot be made again.
        if (signals_.interrupted) break;  // the run will be found lost at the next start
        wake_.wait(kTryAgain);
        continue;
      }
      // What it wrote cannot be stored: the run counts as lost, so that the job is not stuck.
      if (end.outcome.kind == OutcomeKind::lost) break;
      end.outcome = {.kind = OutcomeKind::lost, .text = error.what()};
      end.effects = {};
    }
  }
  // Unless the next lease, which may have come with the same commit, stands there already.
  status_.with([&](SlotStatus& status) {
    if (status.job == end.job && status.lease == end.lease) status.job = status.lease = 0;
  });
}

void Slot::note_crash_of(const std::string& build, std::int64_t job) {
  try {
    s_.catalog.count_crash({plugin_, build, job});
  } catch (const HostError& error) {
    // Not counted: the job's own count of crashes still holds.
    log_error("crash_not_counted", {{"plugin", plugin_}, {"error", error.what()}});
  }
}

// One that gives way does not wait: the supervisor keeps the time for the plugin's next slot.
void Slot::back_off() {
  Millis delay = kFirstRestartDelay;
  for (int i = 1; i < failures_ && delay < kLongestRestartDelay; ++i) delay *= 2;
  const auto until = steady_now() + std::min(delay, kLongestRestartDelay);
  status_.with([&](SlotStatus& status) {
    if (status.trouble.empty()) status.trouble = "crashed";
    status.failures = failures_;
    status.next_start = until;
  });
  while (!retiring_ && !gives_way_ && steady_now() < until)
    wake_.wait(std::chrono::ceil<Millis>(until - steady_now()));
}

}  // namespace fh
