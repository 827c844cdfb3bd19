// The turns of a real process that spins; the times between them are made up.
#include "runtime/worker_turns.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "base/child_process.h"
#include "base/process_load.h"

namespace fh {
namespace {

using namespace std::chrono_literals;

class WorkerTurnsTest : public ::testing::Test {
 protected:
  WorkerTurnsTest() { turns_.heed(runs_); }

  void take_at(std::chrono::milliseconds time) { turns_.take(WorkerTurns::Time(time)); }
  // Both wait for it: a signal takes effect when the process has a processor.
  bool was(int event) const {
    siginfo_t what{};
    return ::waitid(P_PID, static_cast<id_t>(child_.pid()), &what, event) == 0;
  }
  bool was_held() const { return was(WSTOPPED); }
  bool went_on() const { return was(WCONTINUED); }
  bool spins() const { return wants_processor(child_.pid()); }

  static SpawnOptions spinning() {
    SpawnOptions options;
    options.arguments = {"/bin/sh", "-c", "while :; do :; done"};
    return options;
  }

  ChildProcess child_{spinning()};
  UndisturbedRuns runs_;
  WorkerTurns turns_{child_.pid()};
  const WorkerTurns::Time now_{0ms};
};

TEST_F(WorkerTurnsTest, AreNotTakenForWhatWasBefore) {
  turns_.begin_run();
  turns_.need(true, now_);
  take_at(5ms);
  EXPECT_TRUE(spins()) << "the run that began was its own";
}

TEST_F(WorkerTurnsTest, DoNotHoldWhoBeginsARun) {
  runs_.under_way = 1;
  turns_.need(true, now_);
  take_at(5ms);
  EXPECT_TRUE(was_held());
  turns_.begin_run();
  EXPECT_TRUE(went_on());
}

TEST_F(WorkerTurnsTest, AreOneOfThreeWhileOthersHaveRuns) {
  runs_.under_way = 1;
  turns_.need(true, now_);
  EXPECT_EQ(turns_.next(), now_) << "at once";
  take_at(0ms);
  EXPECT_TRUE(spins());
  EXPECT_EQ(turns_.next(), WorkerTurns::Time(5ms));
  take_at(5ms);
  EXPECT_TRUE(was_held());
  take_at(11ms);
  EXPECT_FALSE(spins());
  EXPECT_EQ(turns_.next(), WorkerTurns::Time(15ms));
  take_at(15ms);
  EXPECT_TRUE(went_on());
  runs_.under_way = 0;
  take_at(20ms);
  EXPECT_TRUE(spins()) << "nobody is disturbed";
  ++runs_.begun;
  take_at(25ms);
  EXPECT_TRUE(was_held()) << "somebody's run began, and is over";
}

TEST_F(WorkerTurnsTest, EndWithTheNeed) {
  EXPECT_EQ(turns_.next(), WorkerTurns::Time::max());
  runs_.under_way = 1;
  turns_.need(true, now_);
  take_at(5ms);
  EXPECT_TRUE(was_held());
  turns_.need(false, now_);
  EXPECT_TRUE(went_on());
  EXPECT_EQ(turns_.next(), WorkerTurns::Time::max());
}

TEST_F(WorkerTurnsTest, AreNotTakenForRunsOfThoseWhoTakeThem) {
  {
    WorkerTurns other(child_.pid());
    other.begin_run();
    EXPECT_EQ(runs_.under_way, 0) << "nothing is known of the runs yet";
    other.end_run();
    other.heed(runs_);
    other.begin_run();
    EXPECT_EQ(runs_.under_way, 1);
    other.need(true, now_);
    EXPECT_EQ(runs_.under_way, 0);
    other.end_run();
    other.begin_run();
    EXPECT_EQ(runs_.under_way, 0);
    other.need(false, now_);
    EXPECT_EQ(runs_.under_way, 1);
  }
  EXPECT_EQ(runs_.under_way, 0) << "its worker ended";
}

}  // namespace
}  // namespace fh
