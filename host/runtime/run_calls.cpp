#include "runtime/run_calls.h"

#include <algorithm>

#include "base/digest.h"
#include "base/fault.h"
#include "domain/echo.h"

namespace fh {
namespace {

using wire::Answer;
using wire::CallMethod;
using wire::CallStatus;

Answer ok(std::int64_t number = 0, std::string text = "") {
  return {.call = 0, .status = CallStatus::ok, .number = number, .text = std::move(text)};
}

Answer no(CallStatus status, std::string why) {
  return {.call = 0, .status = status, .number = 0, .text = std::move(why)};
}

Answer too_large(const std::string& what, std::size_t size, std::size_t most) {
  return no(CallStatus::too_large, what + " of " + std::to_string(size) + " bytes is over the " +
                                       std::to_string(most) + " allowed");
}

constexpr const char* kBusy = "another job is at work on ";

std::optional<Answer> if_no_json(const std::string& what, const std::string& text) {
  const auto refusal = check_strict(text);
  if (!refusal) return std::nullopt;
  return no(CallStatus::refused, what + " is no JSON: " + refusal->reason);
}

// Its record's number now: since the run began, the record may have become part of another one.
std::int64_t record_of(Transaction& tx, const JobRow& leased) {
  const auto job = tx.jobs.find_running(leased.id, leased.lease);
  return job ? job->record : leased.record;
}

Answer lease_lost() {
  return no(CallStatus::ended, "this run lost its lease: whatever it does now is dropped");
}

Answer not_kept(const Obstacle& obstacle) {
  switch (obstacle.kind) {
    case Obstacle::Kind::lease_lost: break;
    case Obstacle::Kind::state_conflict: return no(CallStatus::conflict, obstacle.text);
    case Obstacle::Kind::backlog_full: return no(CallStatus::failed, obstacle.text);
  }
  return lease_lost();
}

}  // namespace

RunCalls::RunCalls(const Lease& lease, RunSurroundings surroundings)
    : lease_(lease),
      surroundings_(std::move(surroundings)),
      run_{lease.job.plugin, lease.job.id, lease.job.lease} {
  scopes_[0];
}

Answer RunCalls::serve(const wire::Call& call) {
  Answer answer;
  try {
    if (call.job_id != static_cast<std::uint64_t>(run_.job))
      answer = no(CallStatus::ended, "the run this call belongs to has ended");
    else if (call.key.size() > kMaxKeyBytes)
      answer = too_large("a key or name", call.key.size(), kMaxKeyBytes);
    else if (!scopes_.contains(call.scope))
      answer = no(CallStatus::refused, "that once or step is not open");
    else
      answer = dispatch(call);
  } catch (const std::exception& error) {
    answer = no(CallStatus::failed, error.what());
  }
  answer.call = call.call;
  return answer;
}

Answer RunCalls::dispatch(const wire::Call& call) {
  switch (call.method) {
    case CallMethod::once_begin: return begin(call, EffectName::Kind::once);
    case CallMethod::step_begin: return begin(call, EffectName::Kind::step);
    case CallMethod::commit: return commit(call);
    case CallMethod::abandon: return abandon(call);
    case CallMethod::interrupted: return interrupted(call);
    case CallMethod::state_get: return state_get();
    case CallMethod::state_set: return state_set(call);
    case CallMethod::enqueue: return enqueue(call);
    case CallMethod::secret: break;
    case CallMethod::idempotency_key: return idempotency_key(call);
    case CallMethod::expect_echo: return expect_echo(call);
    case CallMethod::superseded: return superseded();
    case CallMethod::progress:
      surroundings_.progress(static_cast<int>(std::clamp<std::int64_t>(call.number, 0, 100)),
                             call.payload);
      return ok();
  }
  try {
    return ok(0, surroundings_.secret(run_.plugin, call.key));
  } catch (const HostError& error) {
    return no(CallStatus::not_found, error.what());
  }
}

Answer RunCalls::begin(const wire::Call& call, EffectName::Kind kind) {
  if (call.key.empty()) return no(CallStatus::refused, "a key or name must not be empty");
  const EffectName name{kind, call.key};
  const BeginResult result =
      surroundings_.store.write([&](Transaction& tx) { return begin_effect(tx, run_, name); });
  switch (result.begin) {
    case Begin::begun:
      fault_point("after_begin");
      scopes_[++last_scope_].name = name;
      return ok(static_cast<std::int64_t>(last_scope_));
    case Begin::done: return {0, CallStatus::done_before, 0, result.result};
    case Begin::busy:
      told_busy_ = true;
      return no(CallStatus::busy, kBusy + ("\"" + call.key + "\""));
    case Begin::nested:  // by another thread of it, which may be done with it soon
      return no(CallStatus::busy, "\"" + call.key + "\" is begun already by this very run");
    case Begin::lease_lost: break;
  }
  return lease_lost();
}

bool RunCalls::is_told_busy(const std::string& reason) const {
  return told_busy_ && reason.find(kBusy) != std::string::npos;
}

Answer RunCalls::commit(const wire::Call& call) {
  if (call.scope == 0) return no(CallStatus::refused, "no once or step is open there");
  if (call.payload.size() > kMaxResultBytes)
    return too_large("a result", call.payload.size(), kMaxResultBytes);
  if (auto refused = if_no_json("the result", call.payload)) return *refused;
  const Scope& scope = scopes_.at(call.scope);
  fault_point("before_effect_commit");
  const auto obstacle = surroundings_.store.write([&](Transaction& tx) {
    return finish_effect(tx, run_, scope.name, call.payload, scope.effects);
  });
  if (obstacle) return not_kept(*obstacle);
  if (scope.effects.state) settle_states(scope.state_version);
  scopes_.erase(call.scope);
  return ok();
}

// The state write of that version is stored. One made before it is overtaken; one made after it is
// based on what is stored now.
void RunCalls::settle_states(std::int64_t stored) {
  ++stored_version_;
  stored_as_ = stored;
  for (auto& [number, other] : scopes_) {
    auto& state = other.effects.state;
    if (other.state_version <= stored)
      state.reset();
    else if (state)
      state->expected = stored_version_;
  }
}

Answer RunCalls::abandon(const wire::Call& call) {
  if (call.scope == 0) return no(CallStatus::refused, "no once or step is open there");
  const EffectName name = scopes_.at(call.scope).name;
  enqueued_ -= static_cast<int>(scopes_.at(call.scope).effects.jobs.size());
  scopes_.erase(call.scope);
  // What it wrote is dropped, though the store may fail: the run sees the latest of its other
  // writes, or what is stored.
  state_.reset();
  for (const auto& [number, other] : scopes_)
    if (const auto& state = other.effects.state;
        state && (!state_ || other.state_version > state_->version))
      state_ = StateRow{other.state_version, state->value};
  surroundings_.store.write([&](Transaction& tx) { leave_effect(tx, run_, name); });
  return ok();
}

Answer RunCalls::interrupted(const wire::Call& call) {
  return ok(surroundings_.store.write(
      [&](Transaction& tx) { return was_interrupted(tx, run_, call.key); }));
}

Answer RunCalls::state_get() {
  if (!state_) read_state();
  return ok(state_->version, state_->value);
}

// What this run knows already keeps its version.
void RunCalls::read_state() {
  StateRow row = surroundings_.store.write(
      [&](Transaction& tx) { return tx.effects.state(run_.plugin, record_of(tx, lease_.job)); });
  if (last_version_ < 0 || row.version != stored_version_) {
    stored_version_ = row.version;
    stored_as_ = last_version_ = std::max(row.version, last_version_ + 1);
  }
  state_ = StateRow{stored_as_, std::move(row.value)};
}

Answer RunCalls::state_set(const wire::Call& call) {
  if (call.payload.size() > kMaxStateBytes)
    return too_large("a state", call.payload.size(), kMaxStateBytes);
  if (auto refused = if_no_json("the state", call.payload)) return *refused;
  const std::int64_t seen = state_get().number;
  // The later ones were an abandoned scope's: whoever has one saw this one too.
  if (call.number < seen || call.number > last_version_)
    return no(CallStatus::conflict, "version " + std::to_string(call.number) +
                                        " is not the current one, " + std::to_string(seen));
  // Several writes of one scope are one: the last value over the first version.
  Scope& scope = scopes_.at(call.scope);
  auto& state = scope.effects.state;
  scope.state_version = ++last_version_;
  if (!state) state = StateWrite{.value = "", .expected = stored_version_};
  state->value = call.payload;
  state_ = StateRow{last_version_, call.payload};
  return ok(state_->version);
}

Answer RunCalls::enqueue(const wire::Call& call) {
  if (lease_.job.depth + 1 > kMaxDepth)
    return no(CallStatus::refused, "jobs enqueued by jobs go " + std::to_string(kMaxDepth) +
                                       " deep at most: is a plugin enqueueing itself?");
  if (enqueued_ >= kMaxEnqueuedPerRun)
    return no(CallStatus::refused,
              "a run enqueues " + std::to_string(kMaxEnqueuedPerRun) + " jobs at most");
  auto job = surroundings_.job_for(call.key);
  if (!job)
    return no(CallStatus::not_found,
              "there is no plugin \"" + call.key + "\": see 'fieldhook plugins list'");
  const StrictJson options = parse_strict(call.payload);
  if (options.refusal || !options.value.is_object())
    return no(CallStatus::refused, "the options are not a JSON object");
  const auto after = options.value.find("after_ms");
  const bool valid = after == options.value.end() || after->is_number_unsigned();
  if (!valid) return no(CallStatus::refused, "\"after_ms\" must be a number of 0 or more");
  job->input = options.value.contains("input") ? to_text(options.value["input"]) : "";
  if (job->input.size() > kMaxInputBytes)
    return too_large("an input", job->input.size(), kMaxInputBytes);
  job->created_at = surroundings_.clock.now();
  job->run_at = job->created_at;
  if (after != options.value.end())
    job->run_at += Millis(std::min<std::uint64_t>(
        after->get<std::uint64_t>(), static_cast<std::uint64_t>(kLongestWait.count())));
  scopes_.at(call.scope).effects.jobs.push_back(std::move(*job));
  ++enqueued_;
  return ok();
}

Answer RunCalls::idempotency_key(const wire::Call& call) const {
  // The parts go in as JSON, so that no two different lists of parts are the same text; the label
  // behind it, for JSON would change bytes that are no text. Not the record: its name is another
  // once it is merged. The time tells jobs of two stores apart.
  // See docs/decisions/0017-an-idempotency-key-names-no-record.md.
  const Json parts = {run_.plugin, run_.job, to_ms(lease_.job.created_at)};
  return ok(0, "fh-" + to_hex(sha256(to_text(parts) + call.key)).substr(0, 40));
}

Answer RunCalls::expect_echo(const wire::Call& call) {
  const StrictJson changes = parse_strict(call.payload);
  if (changes.refusal || !changes.value.is_object())
    return no(CallStatus::refused, "the changes must be a JSON object of field: value");
  std::vector<Echo> echoes;
  for (const auto& [field, value] : changes.value.items())
    for (Echo& echo : echoes_of(field, value)) echoes.push_back(std::move(echo));
  if (echoes_ + echoes.size() > kMaxEchoesPerRun)
    return no(CallStatus::refused,
              "a run announces " + std::to_string(kMaxEchoesPerRun) + " fields at most");
  for (const Echo& echo : echoes)
    if (const auto size = echo.field.size() + echo.value.size(); size > kMaxEchoBytes)
      return too_large("an announced change", size, kMaxEchoBytes);
  surroundings_.store.write([&](Transaction& tx) {
    const std::int64_t record = record_of(tx, lease_.job);
    for (const Echo& echo : echoes)
      tx.effects.expect_echo(run_.plugin, record, echo.field, echo.value, tx.now + kEchoWindow);
  });
  echoes_ += echoes.size();
  return ok();
}

Answer RunCalls::superseded() {
  return ok(surroundings_.store.write([&](Transaction& tx) {
    return tx.records.is_superseded(record_of(tx, lease_.job), lease_.job.event);
  }));
}

}  // namespace fh
