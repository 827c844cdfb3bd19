// RunCalls: serves what a plugin asks of the host during one run. State written and jobs enqueued
// are held back here until the once, step or run they belong to succeeds. The slot's thread only.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "queue/dispatcher.h"
#include "queue/idempotency.h"
#include "wire/frames.h"

namespace fh {

/// Stated limits of one run.
inline constexpr std::size_t kMaxResultBytes = 64 * 1024;  // of a once or step
inline constexpr std::size_t kMaxStateBytes = 64 * 1024;
inline constexpr std::size_t kMaxInputBytes = 64 * 1024;
inline constexpr std::size_t kMaxKeyBytes = 512;
inline constexpr int kMaxEnqueuedPerRun = 100;
inline constexpr std::size_t kMaxEchoesPerRun = 100;     // fields
inline constexpr std::size_t kMaxEchoBytes = 64 * 1024;  // a field's name and its value
inline constexpr int kMaxDepth = 32;
/// How long an announced echo is waited for.
inline constexpr Millis kEchoWindow = std::chrono::minutes(10);

/// What the calls need of the rest of the host.
struct RunSurroundings {
  Store& store;
  const Clock& clock;
  /// Throws HostError when the plugin has no secret of that name or it cannot be read.
  std::function<std::string(const std::string& plugin, const std::string& name)> secret;
  /// What a job of the plugin starts out with; nullopt: there is no such plugin.
  std::function<std::optional<NewJob>(const std::string& plugin)> job_for;
  std::function<void(int percent, const std::string& text)> progress;
};

class RunCalls {
 public:
  RunCalls(const Lease& lease, RunSurroundings surroundings);

  wire::Answer serve(const wire::Call& call);

  /// What the run wrote outside once and step.
  Effects take_effects() { return std::move(scopes_[0].effects); }
  /// Whether a reason is what the host told it of a busy key: then the retry is not charged.
  bool is_told_busy(const std::string& reason) const;
  /// Whether a once or step has begun and was neither committed nor abandoned.
  bool has_open_scope() const { return scopes_.size() > 1; }

 private:
  struct Scope {
    EffectName name;
    Effects effects;
    std::int64_t state_version = 0;  // of its state write, if it has one: later ones are higher
  };

  wire::Answer begin(const wire::Call& call, EffectName::Kind kind);
  wire::Answer commit(const wire::Call& call);
  wire::Answer abandon(const wire::Call& call);
  wire::Answer interrupted(const wire::Call& call);
  wire::Answer state_get();
  void read_state();
  wire::Answer state_set(const wire::Call& call);
  wire::Answer enqueue(const wire::Call& call);
  wire::Answer idempotency_key(const wire::Call& call) const;
  wire::Answer expect_echo(const wire::Call& call);
  wire::Answer superseded();
  wire::Answer dispatch(const wire::Call& call);
  void settle_states(std::int64_t stored);

  const Lease& lease_;
  RunSurroundings surroundings_;
  const AskingRun run_;
  std::map<std::uint64_t, Scope> scopes_;  // 0: the run itself
  std::uint64_t last_scope_ = 0;
  // Versions, as they are handed out, are the run's own and only rise: what an abandoned scope had
  // is no other's later.
  std::optional<StateRow> state_;    // as this run sees it, its own unfinished writes included
  std::int64_t last_version_ = -1;   // handed out; none yet
  std::int64_t stored_version_ = 0;  // the store's: what the next write that succeeds is based on
  std::int64_t stored_as_ = 0;       // as which version that is handed out
  int enqueued_ = 0;
  std::size_t echoes_ = 0;
  bool told_busy_ = false;
};

}  // namespace fh
