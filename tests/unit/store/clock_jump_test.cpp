// The wall clock is set by an hour, either way, while a store is open and while it is not.
#include "base/clock_jump.h"

#include "queue/recover.h"
#include "queue/timer.h"
#include "support/store_fixture.h"

namespace fh {
namespace {

using namespace std::chrono_literals;
using test::StoreTest;

class ClockJumpTest : public StoreTest, public testing::WithParamInterface<Millis> {
 protected:
  void TearDown() override { store_->stop(); }
  TimePoint due_of(std::int64_t job) { return Views(store_->reader()).job(job)->run_at; }
  /// What the timer would do now.
  void wake_due() {
    Timer(*store_, clock_, test::kKeepLong).tick();
    write([](Transaction&) {});  // what it left for later is done
  }
};

TEST_P(ClockJumpTest, EveryWaitKeepsItsLength) {
  const auto backing_off = add_job(record("1"));
  finish(*lease(), {.kind = OutcomeKind::retry, .after = 30s});
  NewJob later = new_job(record("2"));
  later.run_at += 60s;
  const auto scheduled = write([&](Transaction& tx) { return tx.jobs.insert(later); });
  clock_.advance(10s);
  clock_.jump(GetParam());
  wake_due();
  EXPECT_EQ(state_of(backing_off), "retryable");
  EXPECT_EQ(due_of(backing_off), clock_.now() + 20s);
  EXPECT_EQ(due_of(scheduled), clock_.now() + 50s);
  clock_.advance(19s);
  wake_due();
  EXPECT_EQ(state_of(backing_off), "retryable");
  clock_.advance(1s);
  wake_due();
  EXPECT_EQ(state_of(backing_off), "available");
  EXPECT_EQ(state_of(scheduled), "scheduled");
  clock_.advance(30s);
  wake_due();
  EXPECT_EQ(state_of(scheduled), "available");
}

TEST_P(ClockJumpTest, WhatBeginsToWaitAfterTheJumpIsNotMoved) {
  add_job(record("1"));
  const JobRow running = *lease();
  clock_.jump(GetParam());
  // The very transaction that finds out about the jump is one that makes a job wait.
  const auto next = finish(running, {.kind = OutcomeKind::retry, .after = 30s});
  EXPECT_EQ(next->run_at, clock_.now() + 30s);
  EXPECT_EQ(due_of(running.id), clock_.now() + 30s);
  write([](Transaction&) {});
  EXPECT_EQ(due_of(running.id), clock_.now() + 30s);
}

TEST_P(ClockJumpTest, NoLeaseEndsAndNoneIsGivenTwice) {
  const auto job = add_job(record("1"));
  const JobRow running = *lease();
  clock_.jump(GetParam());
  wake_due();
  EXPECT_EQ(recover(*store_), 0);
  EXPECT_EQ(state_of(job), "running");
  EXPECT_FALSE(lease());
  EXPECT_TRUE(finish(running, {}));
  EXPECT_EQ(state_of(job), "completed");
}

TEST_P(ClockJumpTest, AJobThatARunEnqueuesKeepsItsDelay) {
  add_job(record("1"));
  const JobRow running = *lease();
  RunEnd end{.job = running.id, .lease = running.lease, .outcome = {}};
  NewJob later;
  later.plugin = "q";
  later.backlog = 1;
  later.created_at = clock_.now();
  later.run_at = later.created_at + 5s;
  end.effects.jobs.push_back(later);
  clock_.jump(GetParam());
  write([&](Transaction& tx) { return finish_run(tx, end); });
  EXPECT_EQ(due_of(running.id + 1), clock_.now() + 5s);
}

TEST_P(ClockJumpTest, AJumpIsMadeUpForOnlyOnceEvenIfThatTransactionFails) {
  const auto job = add_job(record("1"));
  finish(*lease(), {.kind = OutcomeKind::retry, .after = 30s});
  clock_.jump(GetParam());
  EXPECT_THROW(write([](Transaction&) { throw HostError("bad"); }), HostError);
  write([](Transaction&) {});
  write([](Transaction&) {});
  EXPECT_EQ(due_of(job), clock_.now() + 30s);
}

INSTANTIATE_TEST_SUITE_P(AnHour, ClockJumpTest, testing::Values(Millis(1h), Millis(-1h)),
                         [](const auto& test) {
                           return test.param > Millis(0) ? "Forward" : "Back";
                         });

TEST_F(StoreTest, AClockSetBackWhileNoHostRanMakesNoJobWaitLonger) {
  const auto job = add_job(record("1"));
  finish(*lease(), {.kind = OutcomeKind::retry, .after = 30s});
  store_->stop();
  clock_.jump(-1h);
  open();
  write([](Transaction&) {});
  EXPECT_EQ(Views(store_->reader()).job(job)->run_at, clock_.now() + 30s);
}

TEST_F(StoreTest, AClockSetBackWhileNoHostRanIsMadeUpForByAStartThatFailsToo) {
  const auto job = add_job(record("1"));
  finish(*lease(), {.kind = OutcomeKind::retry, .after = 30s});
  store_->stop();
  clock_.jump(-1h);
  { const Store failed(folder_ / "store.db", clock_); }
  open();
  write([](Transaction&) {});
  EXPECT_EQ(Views(store_->reader()).job(job)->run_at, clock_.now() + 30s);
}

TEST_F(StoreTest, ASmallCorrectionOfTheClockMovesNothing) {
  const auto job = add_job(record("1"));
  finish(*lease(), {.kind = OutcomeKind::retry, .after = 30s});
  const TimePoint due = Views(store_->reader()).job(job)->run_at;
  clock_.jump(-2s);
  write([](Transaction&) {});
  EXPECT_EQ(Views(store_->reader()).job(job)->run_at, due);
}

// The thread itself: it sleeps by the steady clock, so a wall clock set back cannot hold it.
TEST_F(StoreTest, TheTimerIsNotHeldByAClockSetBack) {
  class SetBack final : public Clock {
   public:
    TimePoint now() const override { return system_.now() + Millis(offset_.load()); }
    Millis steady() const override { return system_.steady(); }
    void jump(Millis by) { offset_ += by.count(); }

   private:
    SystemClock system_;
    std::atomic<std::int64_t> offset_{0};
  };
  SetBack clock;
  Store store(folder_ / "own.db", clock);
  store.start();
  const auto job = store.write([&](Transaction& tx) {
    NewJob later;
    later.plugin = "p";
    later.record = tx.records.resolve("crm", RecordType::contact, {"", "1"}).id;
    later.created_at = tx.now;
    later.run_at = tx.now + 300ms;
    return tx.jobs.insert(later);
  });
  Timer timer(store, clock, test::kKeepLong);
  timer.start();
  clock.jump(-1h);
  // The timer looks every ten seconds, however the jump met its reading of the clock.
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  std::string state;
  while (state != "available" && std::chrono::steady_clock::now() < deadline)
    state = Views(store.reader()).job(job)->state;
  EXPECT_EQ(state, "available");
  timer.stop();
  store.stop();
}

}  // namespace
}  // namespace fh
