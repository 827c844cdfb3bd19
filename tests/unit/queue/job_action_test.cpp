#include "queue/job_action.h"

#include "queue/idempotency.h"
#include "queue/recover.h"
#include "support/store_fixture.h"

namespace fh {
namespace {

using test::StoreTest;

class JobActionTest : public StoreTest {
 protected:
  JobActionResult act(JobAction action, std::int64_t job) {
    return write([&](Transaction& tx) { return act_on_job(tx, action, job, "ops"); });
  }
  /// One job of a record of its own, in that state.
  std::int64_t job_in(const std::string& state) {
    const auto one = record(std::to_string(++records_));
    if (state == "scheduled") {
      NewJob later = new_job(one);
      later.run_at += Millis(1000);
      return write([&](Transaction& tx) { return tx.jobs.insert(later); });
    }
    const auto first = add_job(one);
    if (state == "available") return first;
    if (state == "blocked") return add_job(one);
    const JobRow running = *lease_of(first);
    if (state == "retryable") finish(running, {.kind = OutcomeKind::retry, .text = "no"});
    if (state == "completed") finish(running, {});
    if (state == "dead") finish(running, {.kind = OutcomeKind::fail, .text = "no"});
    if (state == "cancelled") finish(running, {.kind = OutcomeKind::cancelled});
    return first;
  }
  std::optional<JobRow> lease_of(std::int64_t job) {
    // Whatever else is ready stays out of the way.
    for (int i = 0; i < 100; ++i) {
      auto leased = lease();
      if (!leased || leased->id == job) return leased;
      finish(*leased, {});
    }
    return std::nullopt;
  }
  std::string reason_of(std::int64_t job) { return Views(store_->reader()).job(job)->reason; }

  int records_ = 0;
};

TEST_F(JobActionTest, EveryActionFitsTheStatesItIsMeantFor) {
  using enum JobActionResult;
  struct Row {
    const char* state;
    JobActionResult retry;
    JobActionResult cancel;
    JobActionResult discard;
  };
  for (const Row& row :
       {Row{"scheduled", misfit, done, done}, Row{"available", misfit, done, done},
        Row{"running", misfit, asked, misfit}, Row{"retryable", misfit, done, done},
        Row{"blocked", misfit, done, done}, Row{"completed", done, misfit, misfit},
        Row{"dead", done, misfit, done}, Row{"cancelled", done, misfit, misfit}}) {
    SCOPED_TRACE(row.state);
    const auto check = [&](JobAction action, JobActionResult expected, const char* then) {
      const auto job = job_in(row.state);
      ASSERT_EQ(state_of(job), row.state);
      EXPECT_EQ(act(action, job), expected) << name_of(action);
      EXPECT_EQ(state_of(job), expected == done ? then : row.state) << name_of(action);
      const auto actions = Views(store_->reader()).actions_on_job(job);
      EXPECT_EQ(actions.size(), expected == misfit ? 0U : 1U);
      expect_tallies_hold();
    };
    check(JobAction::retry, row.retry, "available");
    check(JobAction::cancel, row.cancel, "cancelled");
    check(JobAction::discard, row.discard, "cancelled");
  }
  EXPECT_EQ(act(JobAction::cancel, 99'999), not_found);
}

TEST_F(JobActionTest, WhoDidWhatAndWhenIsKept) {
  const auto job = job_in("dead");
  const TimePoint first = clock_.now();
  act(JobAction::retry, job);
  clock_.advance(Millis(5));
  act(JobAction::cancel, job);
  reopen();
  const auto actions = Views(store_->reader()).actions_on_job(job);
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_EQ(actions[0].action, "retry");
  EXPECT_EQ(actions[0].who, "ops");
  EXPECT_EQ(actions[0].at, first);
  EXPECT_EQ(actions[1].action, "cancel");
  EXPECT_EQ(actions[1].at, first + Millis(5));
  EXPECT_EQ(reason_of(job), "cancelled by ops");
}

TEST_F(JobActionTest, ADiscardedDeadJobIsCancelledWithItsReason) {
  const auto job = job_in("dead");
  act(JobAction::discard, job);
  EXPECT_EQ(state_of(job), "cancelled");
  EXPECT_EQ(reason_of(job), "discarded by ops");
}

TEST_F(JobActionTest, EndingTheHolderOfARecordLetsTheNextOneGo) {
  for (const JobAction action : {JobAction::cancel, JobAction::discard}) {
    const auto one = record("r" + std::to_string(++records_));
    const auto first = add_job(one);
    const auto second = add_job(one);
    act(action, first);
    EXPECT_EQ(state_of(second), "available");
    finish(*lease(), {});
  }
}

TEST_F(JobActionTest, ARunningJobIsCancelledWhenItsRunEndsUnfinished) {
  struct Row {
    Outcome outcome;
    const char* state;
  };
  for (const Row& row :
       {Row{{.kind = OutcomeKind::cancelled, .text = "cancelled by an operator"}, "cancelled"},
        Row{{.kind = OutcomeKind::retry}, "cancelled"},
        Row{{.kind = OutcomeKind::snooze}, "cancelled"},
        Row{{.kind = OutcomeKind::crashed}, "cancelled"},
        Row{{.kind = OutcomeKind::fail}, "cancelled"},
        Row{{.kind = OutcomeKind::done}, "completed"},
        Row{{.kind = OutcomeKind::skipped}, "completed"}}) {
    SCOPED_TRACE(name_of(row.outcome.kind));
    const auto job = add_job(record(std::to_string(++records_)));
    const JobRow running = *lease();
    ASSERT_EQ(act(JobAction::cancel, job), JobActionResult::asked);
    finish(running, row.outcome);
    EXPECT_EQ(state_of(job), row.state);
    const auto view = *Views(store_->reader()).job(job);
    EXPECT_EQ(view.counters.attempts, 0);
    EXPECT_EQ(view.counters.crashes, 0);
    if (view.state == "cancelled") {
      EXPECT_EQ(view.reason, "cancelled by ops");
    }
  }
  expect_tallies_hold();
}

TEST_F(JobActionTest, ACancelIsHeededEvenIfTheHostWasKilledBeforeTheRunEnded) {
  const auto job = add_job(record("1"));
  lease();
  act(JobAction::cancel, job);
  reopen();
  EXPECT_EQ(recover(*store_), 1);
  EXPECT_EQ(state_of(job), "cancelled");
}

TEST_F(JobActionTest, AJobWhoseRecordIsLostCanBeRetriedAndItsHostStarted) {
  const auto dead = job_in("dead");
  job_in("running");
  change_file("DELETE FROM records");
  EXPECT_EQ(act(JobAction::retry, dead), JobActionResult::done);
  reopen();
  EXPECT_EQ(recover(*store_), 1);
}

TEST_F(JobActionTest, AnOldCancelDoesNotReachALaterRun) {
  const auto job = add_job(record("1"));
  const JobRow first = *lease();
  act(JobAction::cancel, job);
  finish(first, {.kind = OutcomeKind::retry});
  ASSERT_EQ(act(JobAction::retry, job), JobActionResult::done);
  finish(*lease(), {.kind = OutcomeKind::retry});
  EXPECT_EQ(state_of(job), "retryable");
}

TEST_F(JobActionTest, AnOperatorsRetryKeepsTheJobsSteps) {
  const auto job = add_job(record("1"));
  const EffectName step{EffectName::Kind::step, "draw"};
  const JobRow first = *lease();
  write([&](Transaction& tx) {
    begin_effect(tx, {"p", first.id, first.lease}, step);
    EXPECT_FALSE(finish_effect(tx, {"p", first.id, first.lease}, step, "7", {}));
  });
  finish(first, {.kind = OutcomeKind::fail});
  act(JobAction::retry, job);
  const JobRow again = *lease();
  ASSERT_EQ(again.id, job);
  const auto begun = write([&](Transaction& tx) {
    return begin_effect(tx, {"p", again.id, again.lease}, step);
  });
  EXPECT_EQ(begun.begin, Begin::done);
  EXPECT_EQ(begun.result, "7");
}

}  // namespace
}  // namespace fh
