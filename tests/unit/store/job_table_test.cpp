#include "store/job_table.h"

#include "queue/recover.h"
#include "support/store_fixture.h"

namespace fh {
namespace {

using test::StoreTest;

TEST_F(StoreTest, JobsOfOneRecordRunOneAfterTheOtherInOrder) {
  const auto one = record("1");
  const auto first = add_job(one);
  const auto second = add_job(one);
  const auto third = add_job(one);
  EXPECT_EQ(state_of(second), "blocked");
  for (const auto expected : {first, second, third}) {
    const auto running = lease();
    ASSERT_TRUE(running);
    EXPECT_EQ(running->id, expected);
    EXPECT_FALSE(lease());
    finish(*running, {});
    expect_tallies_hold();
  }
  EXPECT_FALSE(lease());
}

TEST_F(StoreTest, OtherRecordsAndOtherPluginsDoNotWait) {
  add_job(record("1"));
  add_job(record("2"));
  add_job(record("1"), "q");
  EXPECT_TRUE(lease());
  EXPECT_TRUE(lease());
  EXPECT_TRUE(lease("q"));
}

TEST_F(StoreTest, ARunKeepsItsResultOrItsError) {
  const auto job = add_job(record("1"));
  finish(*lease(), {.kind = OutcomeKind::retry, .text = "why", .after = Millis(0)});
  write([&](Transaction& tx) { tx.jobs.wake(job); });
  finish(*lease(), {.kind = OutcomeKind::done, .text = "[1]"});
  const auto runs = Views(store_->reader()).runs_of(job);
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].error, "why");
  EXPECT_EQ(runs[0].result, "");
  EXPECT_EQ(runs[1].error, "");
  EXPECT_EQ(runs[1].result, "[1]");
  EXPECT_EQ(Views(store_->reader()).job(job)->reason, "");
}

TEST_F(StoreTest, OfManyRunsTheLatestAreShown) {
  const auto job = add_job(record("1"));
  constexpr int kRuns = kMaxListed + 2;
  write([&](Transaction& tx) {
    for (int run = 1; run <= kRuns; ++run) {
      const auto leased =
          tx.jobs.lease_next("p", {tx.host_run, "build", tx.now, tx.now + Millis(60'000)});
      finish_run(tx, {.job = job,
                      .lease = leased->lease,
                      .outcome = {.kind = OutcomeKind::snooze, .after = Millis(0)}});
      tx.jobs.wake(job);
    }
  });
  const auto runs = Views(store_->reader()).runs_of(job);
  ASSERT_EQ(runs.size(), std::size_t{kMaxListed});
  EXPECT_EQ(runs.front().run, kRuns - kMaxListed + 1);
  EXPECT_EQ(runs.back().run, kRuns);
}

TEST_F(StoreTest, ARetryableJobHoldsItsRecord) {
  const auto one = record("1");
  const auto first = add_job(one);
  const auto second = add_job(one);
  finish(*lease(), {.kind = OutcomeKind::retry});
  EXPECT_EQ(state_of(first), "retryable");
  EXPECT_EQ(state_of(second), "blocked");
  EXPECT_FALSE(lease());
}

TEST_F(StoreTest, ASnoozedJobGivesUpItsTurnAndRejoinsAtTheBack) {
  const auto one = record("1");
  const auto first = add_job(one);
  const auto second = add_job(one);
  finish(*lease(), {.kind = OutcomeKind::snooze, .after = Millis(10)});
  EXPECT_EQ(state_of(first), "scheduled");
  EXPECT_EQ(state_of(second), "available");
  const auto third = add_job(one);
  clock_.advance(Millis(20));
  write([&](Transaction& tx) {
    for (const auto job : tx.jobs.due(tx.now, 10)) tx.jobs.wake(job);
  });
  EXPECT_EQ(state_of(first), "blocked");
  for (const auto expected : {second, third, first}) {
    const auto running = lease();
    ASSERT_TRUE(running);
    EXPECT_EQ(running->id, expected);
    finish(*running, {});
  }
  expect_tallies_hold();
}

TEST_F(StoreTest, ALateResultChangesNothing) {
  const auto job = add_job(record("1"));
  const auto late = *lease();
  reopen();
  EXPECT_EQ(recover(*store_), 1);
  EXPECT_EQ(state_of(job), "available");
  EXPECT_FALSE(finish(late, {}));
  const auto now = lease();
  ASSERT_TRUE(now);
  EXPECT_GT(now->lease, late.lease);
  EXPECT_FALSE(finish(late, {}));
  EXPECT_EQ(state_of(job), "running");
  EXPECT_TRUE(finish(*now, {}));
  EXPECT_EQ(state_of(job), "completed");
  EXPECT_FALSE(finish(*now, {}));
  expect_tallies_hold();
}

TEST_F(StoreTest, RecoveryTouchesOnlyEarlierHostRuns) {
  add_job(record("1"));
  ASSERT_TRUE(lease());
  EXPECT_EQ(recover(*store_), 0);
}

TEST_F(StoreTest, EveryRunIsOnDiskBeforeItStarts) {
  const auto job = add_job(record("1"));
  lease();
  auto runs = Views(store_->reader()).runs_of(job);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].outcome, "");
  EXPECT_EQ(runs[0].build, "build");
}

TEST_F(StoreTest, AFinalJobIsReopenedByAnOperatorOnly) {
  const auto job = add_job(record("1"));
  finish(*lease(), {.kind = OutcomeKind::fail, .text = "no"});
  EXPECT_EQ(state_of(job), "dead");
  EXPECT_TRUE(write([&](Transaction& tx) { return tx.jobs.reopen(job, tx.now); }));
  EXPECT_FALSE(write([&](Transaction& tx) { return tx.jobs.reopen(job, tx.now); }));
  EXPECT_EQ(state_of(job), "available");
  const auto again = lease();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, job);
  EXPECT_EQ(again->counters.attempts, 0);
  EXPECT_EQ(again->counters.runs, 2);
  finish(*again, {});
  EXPECT_EQ(Views(store_->reader()).runs_of(job).size(), 2u);
  expect_tallies_hold();
}

TEST_F(StoreTest, AReopenedJobWaitsForItsTurn) {
  const auto one = record("1");
  const auto first = add_job(one);
  finish(*lease(), {.kind = OutcomeKind::fail});
  const auto second = add_job(one);
  write([&](Transaction& tx) { EXPECT_TRUE(tx.jobs.reopen(first, tx.now)); });
  EXPECT_EQ(state_of(first), "blocked");
  finish(*lease(), {});
  EXPECT_EQ(state_of(second), "completed");
  EXPECT_EQ(state_of(first), "available");
}

TEST_F(StoreTest, ClosingAWaitingJobLetsTheNextOneGo) {
  const auto one = record("1");
  const auto first = add_job(one);
  const auto second = add_job(one);
  write([&](Transaction& tx) {
    EXPECT_TRUE(tx.jobs.close(first, JobState::cancelled, "by hand", tx.now));
  });
  EXPECT_EQ(state_of(first), "cancelled");
  EXPECT_EQ(state_of(second), "available");
  ASSERT_TRUE(lease());
  write([&](Transaction& tx) {
    EXPECT_FALSE(tx.jobs.close(second, JobState::cancelled, "", tx.now));
  });
  expect_tallies_hold();
}

// Two records, each with its jobs, that turn out to be one: known by a uuid and by an id.
class MergedRecords : public StoreTest {
 protected:
  std::int64_t known_by(const Aliases& aliases) {
    return write([&](Transaction& tx) {
      return tx.records.resolve("crm", RecordType::contact, aliases).id;
    });
  }
  void SetUp() override {
    StoreTest::SetUp();
    elder_ = known_by({"", "1"});
    younger_ = known_by({"u", ""});
  }
  void merge() { ASSERT_EQ(known_by({"u", "1"}), elder_); }

  std::int64_t elder_ = 0;
  std::int64_t younger_ = 0;
};

TEST_F(MergedRecords, AJobThatGaveUpTheYoungersTurnWaitsForTheEldersAndGetsIt) {
  const auto job = add_job(younger_);
  const auto run = lease();
  merge();
  finish(*run, {.kind = OutcomeKind::snooze, .after = Millis(5)});
  const auto holder = add_job(elder_);
  clock_.advance(Millis(5));
  write([&](Transaction& tx) { tx.jobs.wake(job); });
  EXPECT_EQ(state_of(job), "blocked");
  const auto next = lease();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->id, holder);
  finish(*next, {});
  EXPECT_EQ(state_of(job), "available");
}

TEST_F(MergedRecords, AReopenedJobOfTheYoungerWaitsForTheEldersTurn) {
  const auto job = add_job(younger_);
  finish(*lease(), {.kind = OutcomeKind::fail});
  merge();
  add_job(elder_);
  write([&](Transaction& tx) { EXPECT_TRUE(tx.jobs.reopen(job, tx.now)); });
  EXPECT_EQ(state_of(job), "blocked");
}

TEST_F(StoreTest, ABlockedJobThatNobodyHoldsUpGoesOnWithTheNextHost) {
  const auto one = record("1");
  const auto holder = add_job(one);
  const auto waiting = add_job(one);
  const auto last = add_job(one);
  reopen();
  recover(*store_);
  EXPECT_EQ(state_of(waiting), "blocked");
  change_file("DELETE FROM jobs WHERE id = " + std::to_string(holder));
  change_file("UPDATE tallies SET jobs = 0 WHERE state = 'available'");
  reopen();
  recover(*store_);
  EXPECT_EQ(state_of(waiting), "available");
  EXPECT_EQ(state_of(last), "blocked");
  expect_tallies_hold();
}

TEST_F(MergedRecords, ARunOfEitherIsToldThatTheStateIsAnother) {
  const auto write_state = [&](std::int64_t record, const char* value) {
    return write([&](Transaction& tx) { return tx.effects.set_state("p", record, value, 0); });
  };
  ASSERT_TRUE(write_state(elder_, "\"elder\""));
  ASSERT_TRUE(write_state(younger_, "\"younger\""));
  ASSERT_TRUE(
      write([&](Transaction& tx) { return tx.effects.set_state("q", younger_, "\"alone\"", 0); }));
  add_job(younger_);
  const auto run = lease();
  merge();
  RunEnd end{.job = run->id, .lease = run->lease, .outcome = {}};
  end.effects.state = {"\"from the younger\"", 1};
  const auto next = write([&](Transaction& tx) { return finish_run(tx, end); });
  EXPECT_EQ(next->state, JobState::retryable);
  write([&](Transaction& tx) {
    EXPECT_EQ(tx.effects.state("p", elder_).value, "\"elder\"");
    EXPECT_GT(tx.effects.state("p", elder_).version, 1);
    EXPECT_EQ(tx.effects.state("q", elder_).value, "\"alone\"");
    EXPECT_EQ(tx.effects.state("q", elder_).version, 1);
  });
}

TEST_F(MergedRecords, TheLogTellsOfAStateThatIsLeftOnceTheyAreOne) {
  for (const std::int64_t one : {elder_, younger_})
    write([&](Transaction& tx) { return tx.effects.set_state("p", one, "1", 0); });
  testing::internal::CaptureStderr();
  EXPECT_THROW(write([](Transaction& tx) {
                 tx.records.resolve("crm", RecordType::contact, {"u", "1"});
                 throw HostError("no");
               }),
               HostError);
  EXPECT_EQ(testing::internal::GetCapturedStderr().find("state_left"), std::string::npos);
  testing::internal::CaptureStderr();
  merge();
  EXPECT_NE(testing::internal::GetCapturedStderr().find("state_left"), std::string::npos);
}

TEST_F(MergedRecords, OfAnOlderStoreKnowWhichOfTheirEventsIsTheLatest) {
  const NewJob first = new_job(elder_);
  const NewJob second = new_job(younger_);
  NewEvent third;
  third.delivery = second.delivery;
  third.ordinal = 1;
  third.record = younger_;
  third.changes = third.snapshot = "{}";
  NewJob of_third = second;
  const auto last = write([&](Transaction& tx) { return tx.deliveries.insert(third); });
  of_third.event = last;
  for (const NewJob& job : {first, second, of_third})
    write([&](Transaction& tx) { tx.jobs.insert(job); });
  new_job(younger_);  // a replay that was news and met no watch: its event made no job
  merge();
  const auto other = record("2");
  const NewJob of_other = new_job(other);
  write([&](Transaction& tx) {
    StoredRecord known = tx.records.load(other);
    known.accepted = {of_other.delivery + 1, 0};
    tx.records.save(known);
  });
  change_file("PRAGMA user_version = 8");
  reopen();
  write([&](Transaction& tx) {
    EXPECT_TRUE(tx.records.is_superseded(elder_, first.event));
    EXPECT_TRUE(tx.records.is_superseded(elder_, second.event));
    EXPECT_FALSE(tx.records.is_superseded(elder_, last));
    EXPECT_EQ(tx.records.load(elder_).accepted, (EventPlace{second.delivery, 1}));
    EXPECT_TRUE(tx.records.is_superseded(other, of_other.event)) << "it was known";
  });
}

TEST_F(MergedRecords, AreFoundByEitherName) {
  const auto job = add_job(younger_);
  merge();
  for (const char* name : {"1", "u"}) {
    JobFilter filter;
    filter.record = name;
    const auto found = Views(store_->reader()).jobs(filter);
    ASSERT_EQ(found.size(), 1U) << name;
    EXPECT_EQ(found[0].id, job);
    EXPECT_EQ(found[0].record.key, "1");
  }
}

TEST_F(StoreTest, JobIdsAreNeverUsedAgain) {
  const auto first = add_job(record("1"));
  finish(*lease(), {});
  EXPECT_GT(add_job(record("1")), first);
}

TEST_F(StoreTest, AJobWithoutOrderWaitsForNobody) {
  const auto one = record("1");
  for (int i = 0; i < 2; ++i) {
    NewJob job = new_job(one);
    job.serial = false;
    write([&](Transaction& tx) { tx.jobs.insert(job); });
  }
  EXPECT_TRUE(lease());
  EXPECT_TRUE(lease());
}

}  // namespace
}  // namespace fh
