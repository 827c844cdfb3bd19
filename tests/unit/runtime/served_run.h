// ServedRun: one run of a job that asks what a plugin would, as its slot would serve it, over the
// real store; and the fixture that leases it. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "runtime/run_calls.h"
#include "support/store_fixture.h"

namespace fh::test {

// One run of a job, as its slot would serve it.
class ServedRun {
 public:
  ServedRun(Store& store, const Clock& clock, const JobRow& job) {
    lease_.job = job;
    calls_ = std::make_unique<RunCalls>(
        lease_, RunSurroundings{store,
                                clock,
                                {},
                                [](const std::string& plugin) {
                                  NewJob fresh;
                                  fresh.plugin = plugin;
                                  fresh.backlog = 1000;
                                  return std::optional(fresh);
                                },
                                [this](int percent, const auto&) { percent_ = percent; }});
  }

  wire::Answer ask(wire::CallMethod method, const std::string& key, const std::string& payload = "",
                   std::uint64_t scope = 0, std::int64_t number = 0) {
    wire::Call call;
    call.method = method;
    call.job_id = static_cast<std::uint64_t>(lease_.job.id);
    call.key = key;
    call.payload = payload;
    call.scope = scope;
    call.number = number;
    return calls_->serve(call);
  }
  /// The scope that once or step opens.
  std::uint64_t open(wire::CallMethod method, const std::string& key) {
    const auto answer = ask(method, key);
    EXPECT_EQ(answer.status, wire::CallStatus::ok) << answer.text;
    return static_cast<std::uint64_t>(answer.number);
  }
  wire::CallStatus commit(std::uint64_t scope, const std::string& result = "1") {
    return ask(wire::CallMethod::commit, "", result, scope).status;
  }
  /// Reads the state and writes it, as State::set() does.
  void set_state(const std::string& value, std::uint64_t scope = 0) {
    const auto seen = ask(wire::CallMethod::state_get, "").number;
    EXPECT_EQ(ask(wire::CallMethod::state_set, "", value, scope, seen).status,
              wire::CallStatus::ok);
  }
  std::string state() { return ask(wire::CallMethod::state_get, "").text; }
  wire::CallStatus enqueue(const std::string& plugin, std::uint64_t scope = 0) {
    return ask(wire::CallMethod::enqueue, plugin, "{}", scope).status;
  }

  /// What was last shown of its progress.
  int percent() const { return percent_; }

  const Lease& lease() const { return lease_; }
  RunCalls& calls() { return *calls_; }

 private:
  Lease lease_;
  std::unique_ptr<RunCalls> calls_;
  int percent_ = -1;
};

class RunCallsTest : public StoreTest {
 protected:
  ServedRun run(const std::string& record_id = "1") {
    add_job(record(record_id));
    return {*store_, clock_, *lease()};
  }
  std::optional<JobTransition> end(ServedRun& run, OutcomeKind kind = OutcomeKind::done) {
    RunEnd end{
        .job = run.lease().job.id, .lease = run.lease().job.lease, .outcome = {.kind = kind}};
    end.effects = run.calls().take_effects();
    return write([&](Transaction& tx) { return finish_run(tx, end); });
  }
  std::string stored_state(const ServedRun& run) {
    return write(
        [&](Transaction& tx) { return tx.effects.state("p", run.lease().job.record).value; });
  }
};

}  // namespace fh::test
