// What a real process used decides; the times between the looks are made up.
#include "runtime/processor_watch.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>

#include <csignal>
#include <thread>

#include "base/child_process.h"

namespace fh {
namespace {

using namespace std::chrono_literals;

class ProcessorWatchTest : public ::testing::Test {
 protected:
  std::chrono::nanoseconds used() const {
    clockid_t clock{};
    timespec used{};
    EXPECT_EQ(::clock_getcpuclockid(child_.pid(), &clock), 0);
    EXPECT_EQ(::clock_gettime(clock, &used), 0);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
  }
  /// Returns when it has used so much more of a processor.
  void use(std::chrono::milliseconds time) const {
    for (const auto enough = used() + time; used() < enough;) std::this_thread::sleep_for(1ms);
  }
  void look_after(std::chrono::milliseconds passed) { watch_.look(now_ += passed); }
  /// Returns when it waits for no processor any more.
  void stop() const {
    ASSERT_EQ(::kill(child_.pid(), SIGSTOP), 0);
    siginfo_t stopped{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child_.pid()), &stopped, WSTOPPED), 0);
  }
  bool comes_last() const { return ::sched_getscheduler(child_.pid()) == SCHED_IDLE; }

  static SpawnOptions busy(const char* script) {
    SpawnOptions options;
    options.arguments = {"/bin/sh", "-c", script};
    return options;
  }

  explicit ProcessorWatchTest(const char* script = "while :; do :; done") : child_(busy(script)) {}

  ChildProcess child_;
  UndisturbedRuns runs_;
  ProcessorWatch watch_{child_.pid()};
  ProcessorWatch::Time now_{};
};

TEST_F(ProcessorWatchTest, OneRunThatUsesAnEighthIsMuch) {
  watch_.begin(now_);
  use(300ms);
  look_after(250ms);
  EXPECT_FALSE(comes_last()) << "what was used before the first look does not count";
  use(1ms);
  look_after(500ms);
  EXPECT_FALSE(comes_last());
  use(300ms);
  look_after(2s);
  EXPECT_TRUE(comes_last());
  EXPECT_TRUE(watch_.is_greedy());
  EXPECT_FALSE(watch_.is_spinning()) << "it has a run";
  watch_.end(now_);
  EXPECT_FALSE(watch_.is_spent()) << "the next run is likely to want as much";
}

TEST_F(ProcessorWatchTest, ManyShortRunsMayUseMore) {
  const auto run_meanwhile = [&] {
    watch_.end(now_ + 1ms);
    watch_.begin(now_ + 2ms);
  };
  watch_.begin(now_);
  look_after(250ms);
  use(300ms);
  run_meanwhile();
  look_after(1min);
  EXPECT_FALSE(comes_last());
  use(400ms);
  run_meanwhile();
  look_after(500ms);
  EXPECT_TRUE(comes_last());
}

TEST_F(ProcessorWatchTest, WhatIsUsedWithoutARunCountsFromTheLookAfterIt) {
  watch_.begin(now_);
  look_after(250ms);
  use(300ms);
  watch_.end(now_ + 1ms);
  look_after(500ms);
  EXPECT_FALSE(comes_last()) << "the run may have used it";
  use(300ms);
  look_after(500ms);
  EXPECT_TRUE(comes_last());
  EXPECT_TRUE(watch_.is_spinning());
  EXPECT_TRUE(watch_.is_spent());
  EXPECT_TRUE(watch_.is_greedy());
  watch_.begin(now_);
  EXPECT_FALSE(watch_.is_spinning());
  watch_.end(now_);
  EXPECT_FALSE(watch_.is_spent()) << "nothing is known since that run";
}

TEST_F(ProcessorWatchTest, WhoSpinsBeforeItsFirstRunStaysAtTheBack) {
  watch_.start(now_, false, runs_);
  look_after(250ms);
  use(300ms);
  look_after(500ms);
  EXPECT_TRUE(comes_last());
  EXPECT_TRUE(watch_.is_spinning());
  EXPECT_FALSE(watch_.is_spent()) << "the one after it would spin too";
}

TEST_F(ProcessorWatchTest, WhoeverBeganLastIsSpentAndGreedyNoLongerWhenItWantsLittle) {
  watch_.start(now_, true, runs_);
  EXPECT_TRUE(comes_last());
  EXPECT_FALSE(watch_.is_spent());
  EXPECT_TRUE(watch_.is_greedy()) << "nothing is known yet";
  look_after(250ms);
  use(50ms);
  look_after(500ms);
  EXPECT_TRUE(watch_.is_greedy()) << "it is given less than it wants";
  use(1ms);
  look_after(1h);
  EXPECT_TRUE(watch_.is_greedy()) << "it got next to nothing, and waits for more";
  EXPECT_FALSE(watch_.is_spent());
  stop();
  look_after(1h);
  EXPECT_FALSE(watch_.is_greedy());
  EXPECT_TRUE(watch_.is_spent());
}

class ProcessorWatchOfTheKernelTest : public ProcessorWatchTest {
 protected:
  ProcessorWatchOfTheKernelTest() : ProcessorWatchTest("exec dd if=/dev/zero of=/dev/null bs=1M") {}
};

TEST_F(ProcessorWatchOfTheKernelTest, WhoKeepsItBusyTakesTurns) {
  watch_.start(now_, false, runs_);
  watch_.begin(now_);
  EXPECT_EQ(runs_.under_way, 1);
  look_after(250ms);
  EXPECT_EQ(runs_.under_way, 1);
  use(300ms);
  look_after(500ms);
  EXPECT_TRUE(comes_last());
  EXPECT_EQ(runs_.under_way, 0) << "of those who take none";
  EXPECT_EQ(watch_.next_look(), now_);
  EXPECT_FALSE(watch_.look(now_));
  EXPECT_EQ(watch_.next_look() - now_, 5ms);
}

TEST_F(ProcessorWatchTest, WhoSpinsOutsideTheKernelTakesNoTurns) {
  watch_.start(now_, false, runs_);
  watch_.begin(now_);
  look_after(250ms);
  use(300ms);
  look_after(500ms);
  EXPECT_TRUE(comes_last());
  EXPECT_EQ(runs_.under_way, 1);
  EXPECT_EQ(watch_.next_look() - now_, 1s);
}

TEST_F(ProcessorWatchTest, LooksSoonAfterARunBeganAndThenLessAndLessOften) {
  watch_.begin(now_);
  for (const std::chrono::milliseconds between :
       {250ms, 500ms, 1000ms, 2000ms, 4000ms, 8000ms, 8000ms}) {
    EXPECT_EQ(watch_.next_look() - now_, between);
    look_after(between);
  }
  watch_.begin(now_);
  EXPECT_EQ(watch_.next_look() - now_, 250ms);
}

}  // namespace
}  // namespace fh
