#include "runtime/worker_turns.h"

#include "base/process_load.h"

namespace fh {
namespace {

// Long enough to get something done, and short beside what anybody waits for.
constexpr std::chrono::milliseconds kTurn(5);
constexpr int kOneOf = 3;

}  // namespace

void WorkerTurns::begin_run() {
  hold(false);  // what the run begins with waits for it to read
  works_ = true;
  count(next_ == Time::max());
}

void WorkerTurns::end_run() {
  works_ = false;
  count(false);
}

void WorkerTurns::need(bool needed, Time now) {
  if (runs_ == nullptr || needed == (next_ != Time::max())) return;
  next_ = needed ? now : Time::max();
  seen_ = runs_->begun;
  if (!needed) hold(false);
  count(works_ && !needed);
}

void WorkerTurns::take(Time now) {
  const auto turn = now.time_since_epoch() / kTurn;
  // Runs may be short beside what it takes to commit each of them.
  const std::int64_t begun = runs_->begun;
  hold(turn % kOneOf != 0 && (runs_->under_way > 0 || begun != seen_));
  seen_ = begun;
  next_ = Time(kTurn * (turn + 1));
}

void WorkerTurns::count(bool counted) {
  if (runs_ == nullptr || counted == counted_) return;
  counted_ = counted;
  runs_->under_way += counted ? 1 : -1;
  if (counted) ++runs_->begun;
}

void WorkerTurns::hold(bool held) {
  if (held != held_ && (held ? stop_process(pid_) : continue_process(pid_))) held_ = held;
}

}  // namespace fh
