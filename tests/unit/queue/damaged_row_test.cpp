// A page of the store's file that is damaged, which lets SQLite commit nothing of the transaction
// that meets it, costs the job whose row it is, and nobody else.
#include "queue/recover.h"
#include "support/damage.h"
#include "unit/queue/dispatcher_fixture.h"

namespace fh::test {
namespace {

class DamagedRow : public DispatcherTest {
 protected:
  void damage(const std::string& table, const std::string& column, std::int64_t id) {
    damage(table, column, "id = " + std::to_string(id));
  }
  void damage(const std::string& table, const std::string& column, const std::string& where) {
    store_->stop();
    damage_row(folder_ / "store.db", table, column, where);
    open();
  }
  /// What is behind the damaged job, and what is another's, runs; and more is taken.
  void expect_the_others_run(std::int64_t behind, std::int64_t others) {
    Worker worker;
    Worker other;
    offer(worker);
    offer(other, "q");
    EXPECT_EQ(worker.job(), behind);
    EXPECT_EQ(other.job(), others);
    EXPECT_TRUE(finish(worker.lease().job, {}));
    EXPECT_TRUE(finish(other.lease().job, {}));
    Worker next;
    offer(next);
    EXPECT_EQ(next.job(std::chrono::milliseconds(0)), 0);
    const auto later = add_job(record("later"));
    EXPECT_EQ(next.job(), later);
  }
  /// Of the jobs that wait of two plugins, this one of p runs, and what comes for p later.
  void expect_p_alone_goes_on(std::int64_t job) {
    Worker of_damaged;
    Worker worker;
    offer(of_damaged, "q");
    offer(worker);
    EXPECT_EQ(worker.job(), job);
    Worker next;
    offer(next);
    const auto later = add_job(record("2"));
    EXPECT_EQ(next.job(), later);
    EXPECT_EQ(of_damaged.job(std::chrono::milliseconds(0)), 0);
  }
  /// Adds so many rows that those before and those behind them are on other pages.
  void add_pages(const std::string& table, const std::string& row_of_i) {
    change_file(
        "WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
        " INSERT INTO " +
        table + " SELECT " + row_of_i + " FROM n");
  }
  std::int64_t add_retryable(const std::string& id) {
    const auto job = add_job(record(id));
    finish(*lease(), {.kind = OutcomeKind::retry, .after = Millis(30'000)});
    EXPECT_EQ(state_of(job), "retryable");
    return job;
  }
  void expect_due_in_30_s(std::int64_t job) {
    EXPECT_EQ(Views(store_->reader()).job(job)->run_at, clock_.now() + Millis(30'000));
  }
  void expect_dead(std::int64_t job) {
    expect_tallies_hold();
    EXPECT_EQ(state_of(job), "dead");
    EXPECT_NE(Views(store_->reader()).job(job)->reason.find("malformed"), std::string::npos);
  }
};

TEST_F(DamagedRow, OfAnEventCostsItsJobAlone) {
  const auto one = record("1");
  NewJob bad = new_job(one);
  const auto dead = write([&](Transaction& tx) { return tx.jobs.insert(bad); });
  const auto behind = add_job(one);
  const auto others = add_job(one, "q");
  damage("events", "changes", bad.event);
  expect_the_others_run(behind, others);
  expect_dead(dead);
}

TEST_F(DamagedRow, OfARecordCostsItsJobAlone) {
  const auto one = record("1");
  const auto dead = add_job(one);
  const auto behind = add_job(record("2"));
  const auto others = add_job(record("3"), "q");
  damage("records", "snapshot", one);
  expect_the_others_run(behind, others);
  expect_dead(dead);
}

TEST_F(DamagedRow, OfAJobIsPassedOver) {
  const auto bad = add_job(record("1"));
  const auto behind = add_job(record("2"));
  const auto others = add_job(record("1"), "q");
  damage("jobs", "input", bad);
  expect_the_others_run(behind, others);
}

TEST_F(DamagedRow, OfAJobIsToldOfToWhoAsksForAList) {
  damage("jobs", "input", add_job(record("1")));
  try {
    Views(store_->reader()).jobs({});
    FAIL() << "it was read";
  } catch (const StoreError& error) {
    EXPECT_NE(std::string(error.what()).find("fieldhook doctor"), std::string::npos)
        << error.what();
  }
}

TEST_F(DamagedRow, OfTheRunsOfAJobCostsThatJobAlone) {
  const auto bad = add_job(record("1"));
  finish(*lease(), {.kind = OutcomeKind::fail, .text = "no"});
  const auto behind = add_job(record("2"));
  const auto others = add_job(record("1"), "q");
  ASSERT_TRUE(write([&](Transaction& tx) { return tx.jobs.reopen(bad, tx.now); }));
  add_pages("runs (job, run, lease, host_run, build, started_at_ms)",
            std::to_string(bad) + ", i, 0, 0, '', 0");
  damage("runs", "error", "run = 1 AND job = " + std::to_string(bad));
  expect_the_others_run(behind, others);
  EXPECT_EQ(state_of(bad), "available");
}

TEST_F(DamagedRow, OfAJobThatWaitsForItsTurnCostsTheOneAheadOfItNothing) {
  const auto one = record("1");
  const auto ahead = add_job(one);
  const auto bad = add_job(one);
  const auto behind = add_job(record("2"));
  const auto others = add_job(one, "q");
  damage("jobs", "input", bad);
  Worker worker;
  offer(worker);
  EXPECT_EQ(worker.job(), ahead);
  EXPECT_TRUE(finish(worker.lease().job, {}));
  EXPECT_EQ(state_of(ahead), "completed");
  expect_the_others_run(behind, others);
}

TEST_F(DamagedRow, OfAJobThatWaitsKeepsNoDeliveryFromBeingAccepted) {
  damage("jobs", "input", add_retryable("1"));
  const auto other = record("2");
  EXPECT_FALSE(write([&](Transaction& tx) { return tx.jobs.parked_until("p", other); }));
}

TEST_F(DamagedRow, OfAJobThatWaitsKeepsNoOtherFromMovingWithTheClock) {
  const auto bad = add_retryable("1");
  const auto good = add_retryable("2");
  damage("jobs", "input", bad);
  clock_.jump(std::chrono::hours(1));
  add_job(record("3"));
  expect_due_in_30_s(good);
  store_->stop();
  clock_.jump(-std::chrono::hours(2));
  open();
  expect_due_in_30_s(good);
  clock_.jump(std::chrono::hours(1));
  add_job(record("4"));
  expect_due_in_30_s(good);
}

TEST_F(DamagedRow, OfAPluginCostsThatPluginAlone) {
  const auto job = add_job(record("1"));
  add_job(record("1"), "q");
  add_pages("quarantines", "'pp', i, '', '[]', 0");
  change_file("INSERT INTO quarantines VALUES ('q', 'another', '', '[]', 0)");
  damage("quarantines", "reason", "plugin = 'q'");
  expect_p_alone_goes_on(job);
}

TEST_F(DamagedRow, OfWhatIsCountedOfAPluginCostsThatPluginAlone) {
  const auto job = add_job(record("1"));
  add_job(record("1"), "q");
  add_pages("tallies", "'pp' || i, 'completed', 1");
  change_file("INSERT INTO tallies VALUES ('q', 'large', 0)");
  damage("tallies", "state", "state = 'large'");
  expect_p_alone_goes_on(job);
}

TEST_F(DamagedRow, OfOneHoldKeepsNoOtherFromBeingChanged) {
  add_pages("quarantines", "'pp', i, '', '[]', 0");
  change_file("INSERT INTO quarantines VALUES ('q', 'build', '', '[]', 0)");
  damage("quarantines", "reason", "plugin = 'q'");
  write([](Transaction& tx) {
    tx.holds.pause("p", "ops", tx.now);
    EXPECT_EQ(tx.holds.of("p").pauses.size(), 1U);
  });
  EXPECT_THROW(write([](Transaction& tx) { tx.holds.all(); }), StoreError);
}

TEST_F(DamagedRow, OfAnOldDeliveryKeepsNoOtherFromBeingRemoved) {
  std::vector<NewJob> old;
  for (int i = 0; i < 6; ++i) {
    old.push_back(new_job(record(std::to_string(i))));
    const auto job = write([&](Transaction& tx) { return tx.jobs.insert(old.back()); });
    finish(*lease(), {});
    if (i == 1) damage("job_history", "input", job);
  }
  damage("deliveries", "reason", old[3].delivery);
  clock_.advance(std::chrono::hours(24 * 31));
  const auto prune = [](Transaction& tx) { tx.retention.prune(kKeepLong, tx.now, 10); };
  for (int round = 0; round < 10; ++round) {
    try {
      write(prune);
    } catch (const StoreError& error) {
      EXPECT_TRUE(error.damaged()) << error.what();
    }
  }
  std::vector<std::int64_t> left;
  store_->reader() << "SELECT id FROM deliveries INDEXED BY deliveries_by_source",
      Poco::Data::Keywords::into(left), Poco::Data::Keywords::now;
  EXPECT_EQ(left, (std::vector{old[1].delivery, old[3].delivery}));
}

TEST_F(DamagedRow, OfARunThatAnEarlierHostLeftBehindKeepsNoHostFromStarting) {
  const auto one = record("1");
  const auto died = add_job(one);
  const auto went_on = add_job(record("2"));
  const auto bad = add_job(record("3"));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(lease());
  change_file("UPDATE jobs SET lost = 4 WHERE id = " + std::to_string(died));
  damage("records", "snapshot", one);
  damage("jobs", "input", bad);
  EXPECT_EQ(recover(*store_), 2);
  EXPECT_EQ(state_of(died), "dead");
  EXPECT_EQ(state_of(went_on), "available");
  Worker worker;
  offer(worker);
  EXPECT_EQ(worker.job(), went_on);
}

// Reads it at the end of every transaction.
class ReadsDamage final : public CommitHook {
 public:
  explicit ReadsDamage(std::int64_t event) : event_(event) {}
  void before_commit(Transaction& tx) override { tx.deliveries.event(event_); }
  void after_commit() override {}
  void after_rollback() override {}

 private:
  std::int64_t event_;
};

TEST_F(DamagedRow, ThatOneOperationMeetsCostsTheOthersNothingWhateverTheHookMeets) {
  const std::int64_t bad = new_job(record("1")).event;
  damage("events", "changes", bad);
  store_->stop();
  ReadsDamage hook(bad);
  store_ = std::make_unique<Store>(folder_ / "store.db", clock_);
  store_->set_hook(&hook);
  std::vector<bool> failed(9);
  for (int i = 0; i < 9; ++i)
    store_->write_then(
        [=](Transaction& tx) {
          tx.records.resolve("crm", RecordType::contact, {"", "of " + std::to_string(i)});
          if (i % 3 == 1) tx.deliveries.event(bad);
        },
        [&failed, i](std::exception_ptr failure) { failed[i] = failure != nullptr; });
  store_->start();  // they all wait
  store_->stop();
  for (int i = 0; i < 9; ++i) EXPECT_EQ(failed[i], i % 3 == 1) << i;
  open();
  int stored = 0;
  store_->reader() << "SELECT count(*) FROM records", Poco::Data::Keywords::into(stored),
      Poco::Data::Keywords::now;
  EXPECT_EQ(stored, 1 + 6);
}

}  // namespace
}  // namespace fh::test
