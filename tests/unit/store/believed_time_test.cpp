// What a clock that is set ahead does to retention: nothing, for a day.
#include "store/believed_time.h"

#include "queue/timer.h"
#include "support/store_fixture.h"

namespace fh {
namespace {

using namespace std::chrono_literals;
using test::StoreTest;

class BelievedTimeTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    start_timer();
    add_job(record("done"));
    finish(*lease(), {});
    add_job(record("dead"));
    finish(*lease(), {.kind = OutcomeKind::fail});
    tick();
  }
  void TearDown() override { store_->stop(); }
  void start_timer() {
    timer_ = std::make_unique<Timer>(*store_, clock_,
                                     RetentionTerms{.age = 24h * 30, .dead = 24h * 180});
  }
  void restart() {
    store_->stop();
    open();
    start_timer();
    tick();
  }
  void tick() {
    for (int i = 0; i < 3; ++i) timer_->tick();
  }
  std::size_t finished() { return Views(store_->reader()).jobs({}).size(); }

  static constexpr Millis kFar = 24h * 400;
  std::unique_ptr<Timer> timer_;
};

TEST_F(BelievedTimeTest, AClockThatIsAheadForSecondsRemovesNothing) {
  clock_.jump(kFar);
  tick();
  clock_.advance(13s);
  tick();
  EXPECT_EQ(finished(), 2U);
  clock_.jump(-kFar);
  tick();
  clock_.advance(24h * 29);
  tick();
  EXPECT_EQ(finished(), 2U);
  clock_.advance(24h);
  tick();
  EXPECT_EQ(finished(), 1U) << "and it goes on when the clock is right";
}

TEST_F(BelievedTimeTest, AClockThatIsAheadForSecondsForgetsNoIdAndNoEcho) {
  const auto one = record("1");
  write([&](Transaction& tx) {
    tx.deliveries.keep_sender_id("s", "e-1", 7, tx.now + 24h * 7);
    tx.effects.expect_echo("p", one, "f", "v", tx.now + 10min);
  });
  clock_.jump(24h * 9);
  tick();
  clock_.jump(-24h * 9);
  tick();
  write([&](Transaction& tx) {
    EXPECT_EQ(tx.deliveries.find_sender_id("s", "e-1", tx.now), 7);
    EXPECT_TRUE(tx.effects.take_echo("p", one, "f", "v", tx.now));
  });
}

TEST_F(BelievedTimeTest, AClockThatStaysAheadIsBelievedAfterADay) {
  clock_.jump(kFar);
  tick();
  clock_.advance(24h - 1ms);
  tick();
  EXPECT_EQ(finished(), 2U);
  clock_.advance(1ms);
  tick();
  EXPECT_EQ(finished(), 0U);
}

TEST_F(BelievedTimeTest, ARestartMakesNoWrongClockRight) {
  clock_.jump(kFar);
  tick();
  for (int i = 0; i < 10; ++i) {
    restart();
    clock_.advance(23h);
    tick();
    EXPECT_EQ(finished(), 2U);
  }
}

TEST_F(BelievedTimeTest, AClockThatIsFoundAheadAtTheStartIsNotBelieved) {
  store_->stop();
  clock_.jump(kFar);
  open();
  start_timer();
  tick();
  EXPECT_EQ(finished(), 2U);
}

TEST_F(BelievedTimeTest, WhatWasWaitedForIsNotLostWhenHostsComeAndGo) {
  for (int day = 0; day < 31; ++day) {
    clock_.advance(24h - 5min);
    tick();
    store_->stop();
    clock_.advance(5min);
    open();
    start_timer();
    tick();
  }
  EXPECT_EQ(finished(), 1U);
}

TEST_F(BelievedTimeTest, BothTheClockThatIsSetAndTheWaitingAreLoggedOnce) {
  testing::internal::CaptureStderr();
  clock_.jump(kFar);
  for (int i = 0; i < 3; ++i) tick();
  clock_.jump(-kFar);
  for (int i = 0; i < 3; ++i) tick();
  const std::string log = testing::internal::GetCapturedStderr();
  const auto count = [&](std::string_view text) {
    int found = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("warning clock_set by_s=34560000 "), 1) << log;
  EXPECT_EQ(count("warning clock_set by_s=-34560000 "), 1) << log;
  EXPECT_EQ(count("warning retention_waits ahead_s=34560000 "), 1) << log;
  EXPECT_EQ(count("info retention_goes_on"), 1) << log;
}

}  // namespace
}  // namespace fh
