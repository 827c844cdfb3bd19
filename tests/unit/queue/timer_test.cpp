// The timer where something is wrong: what fails holds up nothing else, and is not tried without a
// pause.
#include "queue/timer.h"

#include <atomic>

#include "support/store_fixture.h"
#include "system/waiting.h"

namespace fh {
namespace {

class TimerTest : public test::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    timer_.emplace(*store_, clock_, test::kKeepLong);
  }
  std::int64_t add_due_job() {
    NewJob due = new_job(record("1"));
    due.run_at = clock_.now() + Millis(500);
    const auto job = write([&](Transaction& tx) { return tx.jobs.insert(due); });
    clock_.advance(Millis(500));
    return job;
  }
  /// Until everything that waits was written.
  void settle() {
    write([](Transaction&) {});
  }

  std::atomic<int> looks_{0};
  std::optional<Timer> timer_;
};

TEST_F(TimerTest, WhatCannotBePrunedHoldsUpNoJob) {
  const auto job = add_due_job();
  change_file("DROP TABLE echoes");
  timer_->tick();
  settle();
  EXPECT_EQ(state_of(job), "available");
}

TEST_F(TimerTest, WhatCannotBePrunedHoldsUpNothingElseThatExpires) {
  const auto ids = [this] {
    std::int64_t count = 0;
    store_->reader() << "SELECT count(*) FROM sender_ids", Poco::Data::Keywords::into(count),
        Poco::Data::Keywords::now;
    return count;
  };
  write([](Transaction& tx) { tx.deliveries.keep_sender_id("s", "1", 1, tx.now + Millis(1)); });
  clock_.advance(Millis(1));
  ASSERT_EQ(ids(), 1);
  change_file("DROP TABLE echoes");
  timer_->tick();
  EXPECT_EQ(ids(), 0);
}

TEST_F(TimerTest, WhatExpiredGoesWithoutAPauseHoweverMuchItIs) {
  const auto one = record("1");
  const auto expire = [&](auto&& add) {
    write([&](Transaction& tx) {
      for (int i = 0; i < 1500; ++i) add(tx, std::to_string(i), tx.now + Millis(1));
    });
    clock_.advance(Millis(1));
    EXPECT_LT(timer_->tick(), clock_.now() + Millis(1000));
    EXPECT_GT(timer_->tick(), clock_.now() + Millis(1000)) << "there is no more";
  };
  expire([](Transaction& tx, const std::string& id, TimePoint until) {
    tx.deliveries.keep_sender_id("s", id, 1, until);
  });
  expire([&](Transaction& tx, const std::string& value, TimePoint until) {
    tx.effects.expect_echo("p", one, "s", value, until);
  });
}

// The clock stands still, so that it looks again only if it is told.
TEST_F(TimerTest, LooksWhenItIsToldThatAJobIsDue) {
  timer_->set_on_tick([this](TimePoint) { ++looks_; });
  timer_->start();
  ASSERT_TRUE(test::eventually(test::kPatience, [&] { return looks_ == 1; }));
  const auto job = add_due_job();
  timer_->due_at(clock_.now());
  EXPECT_TRUE(test::eventually(test::kPatience, [&] { return state_of(job) == "available"; }));
}

TEST_F(TimerTest, AJobThatCannotBeWokenIsTriedAgainAfterAPauseAndToldOfOnce) {
  const auto job = add_due_job();
  change_file(
      "CREATE TRIGGER full BEFORE UPDATE OF state ON jobs BEGIN SELECT RAISE(FAIL, 'full'); END");
  testing::internal::CaptureStderr();
  timer_->tick();
  settle();
  EXPECT_EQ(state_of(job), "scheduled");
  for (int again = 0; again < 3; ++again) {
    EXPECT_EQ(timer_->tick(), clock_.now() + Millis(1000));
    settle();
  }
  const std::string log = testing::internal::GetCapturedStderr();
  const auto told = log.find(" wakes_failed jobs=1 error=");
  ASSERT_NE(told, std::string::npos) << log;
  EXPECT_NE(log.find("full", told), std::string::npos) << log;
  EXPECT_EQ(log.find(" wakes_failed ", told + 1), std::string::npos) << log;
  change_file("DROP TRIGGER full");
  timer_->tick();
  settle();
  EXPECT_EQ(state_of(job), "available");
}

}  // namespace
}  // namespace fh
