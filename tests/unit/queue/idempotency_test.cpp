#include "queue/idempotency.h"

#include "queue/recover.h"
#include "support/store_fixture.h"

namespace fh {
namespace {

using test::StoreTest;

const EffectName kOnce{EffectName::Kind::once, "key"};
const EffectName kStep{EffectName::Kind::step, "name"};

AskingRun run_of(const JobRow& job) { return {job.plugin, job.id, job.lease}; }

class Idempotency : public StoreTest {
 protected:
  BeginResult begin(const JobRow& job, const EffectName& name) {
    return write([&](Transaction& tx) { return begin_effect(tx, run_of(job), name); });
  }
  std::optional<Obstacle::Kind> obstacle_of_commit(const JobRow& job, const EffectName& name,
                                                   const std::string& result,
                                                   const Effects& effects = {}) {
    const auto obstacle = write(
        [&](Transaction& tx) { return finish_effect(tx, run_of(job), name, result, effects); });
    return obstacle ? std::optional(obstacle->kind) : std::nullopt;
  }
  bool commit(const JobRow& job, const EffectName& name, const std::string& result,
              const Effects& effects = {}) {
    return !obstacle_of_commit(job, name, result, effects);
  }
  void leave(const JobRow& job) {
    write([&](Transaction& tx) { leave_effect(tx, run_of(job), kOnce); });
  }
  bool interrupted(const JobRow& job) {
    return write([&](Transaction& tx) { return was_interrupted(tx, run_of(job), kOnce.name); });
  }
  JobRow running(const std::string& record_id) {
    add_job(record(record_id));
    return *lease();
  }
};

TEST_F(Idempotency, OnceIsDoneForEveryJobOfThePlugin) {
  const JobRow first = running("1");
  EXPECT_EQ(begin(first, kOnce).begin, Begin::begun);
  EXPECT_TRUE(commit(first, kOnce, "\"sent\""));
  const JobRow second = running("2");
  const BeginResult again = begin(second, kOnce);
  EXPECT_EQ(again.begin, Begin::done);
  EXPECT_EQ(again.result, "\"sent\"");
}

TEST_F(Idempotency, OnceIsAPluginsOwn) {
  const JobRow first = running("1");
  begin(first, kOnce);
  ASSERT_TRUE(commit(first, kOnce, "1"));
  add_job(record("1"), "q");
  EXPECT_EQ(begin(*lease("q"), kOnce).begin, Begin::begun);
}

TEST_F(Idempotency, AStepIsTheJobsOwnAndOutlivesItsRuns) {
  const JobRow first = running("1");
  EXPECT_EQ(begin(first, kStep).begin, Begin::begun);
  EXPECT_TRUE(commit(first, kStep, "7"));
  finish(first, {.kind = OutcomeKind::retry, .after = Millis(0)});
  const JobRow other = running("2");
  EXPECT_EQ(begin(other, kStep).begin, Begin::begun);
  clock_.advance(Millis(1));
  write([&](Transaction& tx) { tx.jobs.wake(first.id); });
  const JobRow again = *lease();
  ASSERT_EQ(again.id, first.id);
  EXPECT_EQ(begin(again, kStep).result, "7");
}

TEST_F(Idempotency, AKeyThatALiveJobHoldsIsBusy) {
  const JobRow first = running("1");
  const JobRow second = running("2");
  EXPECT_EQ(begin(first, kOnce).begin, Begin::begun);
  EXPECT_EQ(begin(second, kOnce).begin, Begin::busy);
  EXPECT_EQ(begin(first, kOnce).begin, Begin::nested);
  EXPECT_FALSE(interrupted(second));
  leave(first);
  EXPECT_EQ(begin(second, kOnce).begin, Begin::begun);
}

TEST_F(Idempotency, ALaterRunLearnsThatAnEarlierOneWasInterrupted) {
  const JobRow first = running("1");
  EXPECT_FALSE(interrupted(first));
  begin(first, kOnce);
  reopen();
  recover(*store_);
  const JobRow again = *lease();
  EXPECT_TRUE(interrupted(again));
  EXPECT_EQ(begin(again, kOnce).begin, Begin::begun);
  EXPECT_TRUE(commit(again, kOnce, "1"));
  EXPECT_FALSE(interrupted(again));
}

TEST_F(Idempotency, InterruptedIsSaidInsideTheWorkToo) {
  const JobRow first = running("1");
  begin(first, kOnce);
  EXPECT_FALSE(interrupted(first));
  reopen();
  recover(*store_);
  const JobRow again = *lease();
  EXPECT_EQ(begin(again, kOnce).begin, Begin::begun);
  EXPECT_TRUE(interrupted(again));
  EXPECT_TRUE(commit(again, kOnce, "1"));
  EXPECT_FALSE(interrupted(again));
}

TEST_F(Idempotency, WorkThatFailedWasNotInterrupted) {
  const JobRow first = running("1");
  const JobRow second = running("2");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(begin(first, kOnce).begin, Begin::begun);
    EXPECT_FALSE(interrupted(first));
    leave(first);
    EXPECT_FALSE(interrupted(first));
    EXPECT_FALSE(interrupted(second));
  }
}

TEST_F(Idempotency, WorkThatFailedAfterItWasInterruptedStaysSo) {
  begin(running("1"), kOnce);
  reopen();
  recover(*store_);
  const JobRow again = *lease();
  EXPECT_EQ(begin(again, kOnce).begin, Begin::begun);
  leave(again);
  EXPECT_TRUE(interrupted(again)) << "the run before it may have got through all the same";
  EXPECT_EQ(begin(again, kOnce).begin, Begin::begun);
  EXPECT_TRUE(interrupted(again));
}

TEST_F(Idempotency, ANameUsedTwiceInOneRunIsDoneTheSecondTime) {
  const JobRow job = running("1");
  for (const EffectName& name : {kOnce, kStep}) {
    EXPECT_EQ(begin(job, name).begin, Begin::begun);
    EXPECT_TRUE(commit(job, name, "1"));
    const BeginResult second = begin(job, name);
    EXPECT_EQ(second.begin, Begin::done);
    EXPECT_EQ(second.result, "1");
  }
}

TEST_F(Idempotency, OfTwoJobsOnOneKeyOneWaitsAndThenFindsItDone) {
  const JobRow first = running("1");
  const JobRow second = running("2");
  begin(first, kOnce);
  EXPECT_EQ(begin(second, kOnce).begin, Begin::busy);
  finish(second, {.kind = OutcomeKind::retry, .after = Millis(0), .charged = false});
  ASSERT_TRUE(commit(first, kOnce, "\"sent\""));
  write([&](Transaction& tx) { tx.jobs.wake(second.id); });
  const JobRow again = *lease();
  ASSERT_EQ(again.id, second.id);
  EXPECT_EQ(again.counters.attempts, 0);
  EXPECT_EQ(begin(again, kOnce).result, "\"sent\"");
}

TEST_F(Idempotency, AFullBacklogOfAnotherPluginMakesTheRunARetryAndKeepsNothing) {
  const JobRow job = running("1");
  RunEnd end{.job = job.id, .lease = job.lease, .outcome = {}};
  end.effects.state = {"1", 0};
  for (int i = 0; i < 2; ++i) {
    NewJob fresh = new_job(job.record, "q");
    fresh.backlog = 1;
    end.effects.jobs.push_back(fresh);
  }
  const auto next = write([&](Transaction& tx) { return finish_run(tx, end); });
  EXPECT_EQ(next->state, JobState::retryable);
  EXPECT_NE(next->reason.find("plugin q has reached its backlog limit"), std::string::npos);
  EXPECT_FALSE(lease("q"));
  EXPECT_EQ(write([&](Transaction& tx) { return tx.effects.state("p", job.record).version; }), 0);
  expect_tallies_hold();
}

TEST_F(Idempotency, ALostLeaseCanNeitherBeginNorFinish) {
  const JobRow late = running("1");
  begin(late, kOnce);
  reopen();
  recover(*store_);
  const JobRow again = *lease();
  EXPECT_EQ(begin(late, kOnce).begin, Begin::lease_lost);
  EXPECT_EQ(obstacle_of_commit(late, kOnce, "1"), Obstacle::Kind::lease_lost);
  EXPECT_EQ(begin(again, kOnce).begin, Begin::begun);
}

TEST_F(Idempotency, EffectsCommitWithTheResultOrNotAtAll) {
  const JobRow job = running("1");
  begin(job, kStep);
  Effects effects;
  effects.state = {"{\"n\":1}", 0};
  effects.jobs.push_back(new_job(job.record, "q"));
  ASSERT_TRUE(commit(job, kStep, "1", effects));
  EXPECT_EQ(write([&](Transaction& tx) { return tx.effects.state("p", job.record).value; }),
            "{\"n\":1}");
  EXPECT_TRUE(lease("q"));

  effects.jobs.push_back(new_job(job.record, "r"));
  const EffectName second{EffectName::Kind::step, "second"};
  begin(job, second);
  EXPECT_EQ(obstacle_of_commit(job, second, "1", effects), Obstacle::Kind::state_conflict);
  effects.state.reset();
  effects.jobs.back().backlog = 0;
  EXPECT_EQ(obstacle_of_commit(job, second, "1", effects), Obstacle::Kind::backlog_full);
  EXPECT_FALSE(lease("r"));
  EXPECT_EQ(begin(job, second).begin, Begin::nested) << "it goes on";
}

TEST_F(Idempotency, WhatARunWroteIsKeptWithDoneAndSnoozeOnly) {
  struct Row {
    OutcomeKind kind;
    bool kept;
  };
  int number = 0;
  for (const Row row : {Row{OutcomeKind::done, true}, Row{OutcomeKind::snooze, true},
                        Row{OutcomeKind::retry, false}, Row{OutcomeKind::fail, false},
                        Row{OutcomeKind::crashed, false}, Row{OutcomeKind::skipped, false}}) {
    const JobRow job = running("r" + std::to_string(++number));
    RunEnd end{.job = job.id, .lease = job.lease, .outcome = {.kind = row.kind}};
    end.effects.state = {"1", 0};
    write([&](Transaction& tx) { return finish_run(tx, end); });
    EXPECT_EQ(write([&](Transaction& tx) { return tx.effects.state("p", job.record).version; }),
              row.kept ? 1 : 0)
        << name_of(row.kind);
  }
}

TEST_F(Idempotency, AStateConflictIsARetryAndDropsTheRest) {
  const JobRow job = running("1");
  write([&](Transaction& tx) { EXPECT_TRUE(tx.effects.set_state("p", job.record, "9", 0)); });
  RunEnd end{.job = job.id, .lease = job.lease, .outcome = {}};
  end.effects.state = {"1", 0};
  end.effects.jobs.push_back(new_job(job.record, "q"));
  const auto next = write([&](Transaction& tx) { return finish_run(tx, end); });
  ASSERT_TRUE(next);
  EXPECT_EQ(next->state, JobState::retryable);
  EXPECT_FALSE(lease("q"));
  EXPECT_EQ(write([&](Transaction& tx) { return tx.effects.state("p", job.record).value; }), "9");
}

}  // namespace
}  // namespace fh
