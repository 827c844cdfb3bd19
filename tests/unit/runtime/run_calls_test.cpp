// What a plugin asks of the host during a run, over the real store.
#include "runtime/run_calls.h"

#include <limits>

#include "runtime/run_frames.h"
#include "support/small_disk.h"
#include "support/store_fixture.h"

namespace fh {
namespace {

using test::StoreTest;
using wire::CallMethod;
using wire::CallStatus;

// One run of a job, as its slot would serve it.
class ServedRun {
 public:
  ServedRun(Store& store, const Clock& clock, const JobRow& job) {
    lease_.job = job;
    calls_ = std::make_unique<RunCalls>(lease_, RunSurroundings{store,
                                                                clock,
                                                                {},
                                                                [](const std::string& plugin) {
                                                                  NewJob fresh;
                                                                  fresh.plugin = plugin;
                                                                  return std::optional(fresh);
                                                                },
                                                                {}});
  }

  wire::Answer ask(CallMethod method, const std::string& key, const std::string& payload = "",
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
  std::uint64_t open(CallMethod method, const std::string& key) {
    const auto answer = ask(method, key);
    EXPECT_EQ(answer.status, CallStatus::ok) << answer.text;
    return static_cast<std::uint64_t>(answer.number);
  }
  CallStatus commit(std::uint64_t scope, const std::string& result = "1") {
    return ask(CallMethod::commit, "", result, scope).status;
  }
  /// Reads the state and writes it, as State::set() does.
  void set_state(const std::string& value, std::uint64_t scope = 0) {
    const auto seen = ask(CallMethod::state_get, "").number;
    EXPECT_EQ(ask(CallMethod::state_set, "", value, scope, seen).status, CallStatus::ok);
  }
  std::string state() { return ask(CallMethod::state_get, "").text; }
  CallStatus enqueue(const std::string& plugin, std::uint64_t scope = 0) {
    return ask(CallMethod::enqueue, plugin, "{}", scope).status;
  }

  const Lease& lease() const { return lease_; }
  RunCalls& calls() { return *calls_; }

 private:
  Lease lease_;
  std::unique_ptr<RunCalls> calls_;
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

TEST_F(RunCallsTest, AKeyThatAnotherJobIsAtWorkOnIsBusyAndTheRetryIsNotCharged) {
  ServedRun first = run("1");
  ServedRun second = run("2");
  first.open(CallMethod::once_begin, "key");
  EXPECT_EQ(second.ask(CallMethod::once_begin, "key").status, CallStatus::busy);
  EXPECT_TRUE(second.calls().was_told_busy());
  EXPECT_FALSE(first.calls().was_told_busy());
}

TEST_F(RunCallsTest, ANameUsedTwiceGivesTheFirstResult) {
  ServedRun one = run();
  for (const CallMethod begin : {CallMethod::once_begin, CallMethod::step_begin}) {
    EXPECT_EQ(one.commit(one.open(begin, "name"), "\"first\""), CallStatus::ok);
    const auto second = one.ask(begin, "name");
    EXPECT_EQ(second.status, CallStatus::done_before);
    EXPECT_EQ(second.text, "\"first\"");
  }
}

TEST_F(RunCallsTest, ANameInsideItselfIsRefused) {
  ServedRun one = run();
  one.open(CallMethod::step_begin, "name");
  EXPECT_EQ(one.ask(CallMethod::step_begin, "name").status, CallStatus::refused);
}

TEST_F(RunCallsTest, AResultOverTheCapIsNotStoredAndLeavesTheKeyInterrupted) {
  ServedRun one = run("1");
  const auto scope = one.open(CallMethod::once_begin, "key");
  one.enqueue("q", scope);
  EXPECT_EQ(one.commit(scope, std::string(kMaxResultBytes + 1, '1')), CallStatus::too_large);
  end(one, OutcomeKind::fail);
  EXPECT_FALSE(lease("q"));
  ServedRun later = run("2");
  EXPECT_EQ(later.ask(CallMethod::interrupted, "key").number, 1);
  EXPECT_EQ(
      later.commit(later.open(CallMethod::once_begin, "key"), std::string(kMaxResultBytes, '1')),
      CallStatus::ok);
}

TEST_F(RunCallsTest, WhatIsMadeInsideIsStoredWithTheResultEvenIfTheRunFails) {
  ServedRun one = run();
  const auto scope = one.open(CallMethod::once_begin, "key");
  one.set_state("\"inside\"", scope);
  one.enqueue("q", scope);
  one.enqueue("r");
  EXPECT_EQ(one.commit(scope), CallStatus::ok);
  end(one, OutcomeKind::fail);
  EXPECT_EQ(stored_state(one), "\"inside\"");
  EXPECT_TRUE(lease("q"));
  EXPECT_FALSE(lease("r"));
}

TEST_F(RunCallsTest, WhatAnAbandonedScopeMadeIsDropped) {
  ServedRun one = run();
  one.set_state("\"outside\"");
  const auto scope = one.open(CallMethod::step_begin, "name");
  one.set_state("\"inside\"", scope);
  one.enqueue("q", scope);
  EXPECT_EQ(one.state(), "\"inside\"");
  EXPECT_EQ(one.ask(CallMethod::abandon, "", "", scope).status, CallStatus::ok);
  EXPECT_EQ(one.state(), "\"outside\"");
  one.set_state("\"again\"");
  end(one);
  EXPECT_EQ(stored_state(one), "\"again\"");
  EXPECT_FALSE(lease("q"));
}

TEST_F(RunCallsTest, TheStateWrittenLastIsTheOneThatStays) {
  ServedRun one = run("1");
  one.set_state("1");
  const auto scope = one.open(CallMethod::once_begin, "key");
  one.set_state("2", scope);
  EXPECT_EQ(one.commit(scope), CallStatus::ok);
  end(one);
  EXPECT_EQ(stored_state(one), "2") << "the run's own write is the older one";

  ServedRun two = run("2");
  const auto inside = two.open(CallMethod::step_begin, "name");
  two.set_state("3", inside);
  two.set_state("4");
  EXPECT_EQ(two.commit(inside), CallStatus::ok);
  EXPECT_EQ(stored_state(two), "3");
  end(two);
  EXPECT_EQ(stored_state(two), "4");
}

TEST_F(RunCallsTest, AStateThatAnotherJobChangedMeanwhileIsAConflict) {
  ServedRun one = run();
  const auto scope = one.open(CallMethod::once_begin, "key");
  one.set_state("1", scope);
  write([&](Transaction& tx) {
    EXPECT_TRUE(tx.effects.set_state("p", one.lease().job.record, "9", 0));
  });
  EXPECT_EQ(one.commit(scope), CallStatus::conflict);
  EXPECT_EQ(stored_state(one), "9");
}

TEST_F(RunCallsTest, EnqueueingHasItsLimits) {
  ServedRun one = run("1");
  for (int i = 0; i < kMaxEnqueuedPerRun; ++i) EXPECT_EQ(one.enqueue("q"), CallStatus::ok);
  EXPECT_EQ(one.enqueue("q"), CallStatus::refused);
  NewJob deep = new_job(record("2"));
  deep.depth = kMaxDepth - 1;
  write([&](Transaction& tx) { tx.jobs.insert(deep); });
  ServedRun last = {*store_, clock_, *lease()};
  EXPECT_EQ(last.enqueue("q"), CallStatus::ok);
  deep.depth = kMaxDepth;
  deep.record = record("3");
  write([&](Transaction& tx) { tx.jobs.insert(deep); });
  ServedRun too_deep = {*store_, clock_, *lease()};
  EXPECT_EQ(too_deep.enqueue("q"), CallStatus::refused);
}

TEST_F(RunCallsTest, NoWaitIsLongerThanTheLongest) {
  ServedRun one = run("1");
  const std::pair<const char*, Millis> waits[] = {{"315360000000", kLongestWait},
                                                  {"315360000001", kLongestWait},
                                                  {"9223372036854775807", kLongestWait},
                                                  {"18446744073709551615", kLongestWait},
                                                  {"1500", Millis(1500)}};
  for (const auto& [after, wait] : waits) {
    SCOPED_TRACE(after);
    EXPECT_EQ(one.ask(CallMethod::enqueue, "q", std::string("{\"after_ms\":") + after + "}").status,
              CallStatus::ok);
  }
  const auto jobs = one.calls().take_effects().jobs;
  ASSERT_EQ(jobs.size(), std::size(waits));
  for (std::size_t i = 0; i < jobs.size(); ++i)
    EXPECT_EQ(jobs[i].run_at, clock_.now() + waits[i].second) << waits[i].first;
}

TEST_F(RunCallsTest, ASnoozeForEverIsTheLongestWait) {
  const auto longest = std::numeric_limits<std::int64_t>::max();
  for (const auto kind : {wire::RunOutcome::snooze, wire::RunOutcome::retry}) {
    EXPECT_EQ(outcome_of({7, kind, longest, ""}).after, kLongestWait);
    EXPECT_EQ(outcome_of({7, kind, 1500, ""}).after, Millis(1500));
    EXPECT_EQ(outcome_of({7, kind, -1, ""}).after, std::nullopt);
  }
}

TEST_F(RunCallsTest, AnAnnouncedEchoIsKeptForEachOfItsFields) {
  ServedRun one = run();
  const std::string changes = R"({"custom_field.s":"Passed","n":5.0,"custom_field":{"t":1}})";
  EXPECT_EQ(one.ask(CallMethod::expect_echo, "", changes).status, CallStatus::ok);
  write([&](Transaction& tx) {
    for (const auto& [field, value] :
         std::map<std::string, std::string>{{"s", "\"Passed\""}, {"n", "5"}, {"t", "1"}}) {
      EXPECT_TRUE(tx.effects.take_echo("p", one.lease().job.record, field, value, tx.now)) << field;
      EXPECT_FALSE(tx.effects.take_echo("p", one.lease().job.record, field, value, tx.now));
    }
  });
}

// The SDK puts the call's name before it.
TEST_F(RunCallsTest, ARefusalDoesNotBeginWithTheNameOfItsCall) {
  ServedRun one = run();
  EXPECT_EQ(one.ask(CallMethod::expect_echo, "", "[]").text,
            "the changes must be a JSON object of field: value");
  EXPECT_EQ(one.ask(CallMethod::enqueue, "q", "[]").text, "the options are not a JSON object");
  EXPECT_EQ(one.ask(CallMethod::enqueue, "q", R"({"after_ms":-1})").text,
            "\"after_ms\" must be a number of 0 or more");
  EXPECT_EQ(one.ask(CallMethod::state_set, "", "1", 0, 7).text,
            "version 7 is not the current one, 0");
}

TEST_F(RunCallsTest, ALostLeaseStoresNothing) {
  ServedRun one = run();
  const auto scope = one.open(CallMethod::once_begin, "key");
  finish(one.lease().job, {.kind = OutcomeKind::lost});
  EXPECT_EQ(one.commit(scope), CallStatus::ended);
  EXPECT_EQ(one.ask(CallMethod::step_begin, "name").status, CallStatus::ended);
  EXPECT_FALSE(end(one));
}

// A database error in the middle: a real disk that is full.
TEST(RunCallsOnAFullDisk, FailTheCallAndLeaveNothingHalfStored) {
  test::SmallDisk disk(24);
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small disk needs root";
  ManualClock clock(from_ms(1'700'000'000'000));
  Store store(disk / "store.db", clock);
  store.start();
  const JobRow job = *store.write([&](Transaction& tx) {
    NewJob fresh;
    fresh.plugin = "p";
    fresh.record = tx.records.resolve("crm", RecordType::contact, {"", "1"}).id;
    fresh.created_at = fresh.run_at = tx.now;
    tx.jobs.insert(fresh);
    return tx.jobs.lease_next("p", {tx.host_run, "build", tx.now, tx.now + Millis(60'000)});
  });
  ServedRun one(store, clock, job);
  // So much that what comes next is beyond the room that the WAL has already.
  const std::string result = "\"" + std::string(60'000, 'x') + "\"";
  for (int i = 0; i < 10; ++i)
    one.commit(one.open(CallMethod::step_begin, std::to_string(i)), result);
  const auto scope = one.open(CallMethod::once_begin, "key");
  one.set_state("\"inside\"", scope);
  one.enqueue("q", scope);
  disk.fill();
  const auto failed = one.ask(CallMethod::commit, "", result, scope);
  EXPECT_EQ(failed.status, CallStatus::failed);
  EXPECT_NE(failed.text.find("make room on its disk"), std::string::npos) << failed.text;
  disk.make_room();
  store.write([&](Transaction& tx) {
    EXPECT_EQ(tx.effects.state("p", job.record).version, 0);
    EXPECT_FALSE(tx.effects.find_once("p", "key")->result);
    EXPECT_EQ(tx.tallies.open("q"), 0);
  });
  // The same commit, tried again, is whole.
  EXPECT_EQ(one.ask(CallMethod::commit, "", result, scope).status, CallStatus::ok);
  store.write([&](Transaction& tx) {
    EXPECT_EQ(tx.effects.find_once("p", "key")->result, result);
    EXPECT_EQ(tx.tallies.open("q"), 1);
  });
  store.stop();
}

}  // namespace
}  // namespace fh
