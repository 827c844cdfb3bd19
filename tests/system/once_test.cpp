// once and step: what was done is not done again, and a later run can learn that an earlier one may
// have got through.
#include <gtest/gtest.h>

#include <fstream>

#include "system/host_process.h"

namespace fh::test {
namespace {

using Lines = std::vector<std::string>;

class Once : public ::testing::Test {
 protected:
  Once() {
    host_.leave_signals_alone();
    host_.install("misbehave.so");
    host_.start();
  }
  HostProcess host_;
};

TEST_F(Once, TakesEffectOnceOverTwoDeliveries) {
  host_.run(contact_update("c-1", "once:letter", "first"));
  host_.run(contact_update("c-1", "once:letter", "second"));
  host_.run(contact_update("c-2", "once:letter"));
  EXPECT_EQ(host_.effects(), Lines{"once letter"});
  host_.run(contact_update("c-1", "once:another"));
  EXPECT_EQ(host_.effects(), (Lines{"once letter", "once another"}));
}

TEST_F(Once, TakesEffectOnceOverAKilledHost) {
  host_.run(contact_update("c-1", "once:letter", "first"));
  host_.kill();
  host_.start();
  host_.run(contact_update("c-1", "once:letter", "second"));
  EXPECT_EQ(host_.effects(), Lines{"once letter"});
}

TEST_F(Once, StepIsOncePerJob) {
  host_.run(contact_update("c-1", "step:draw", "first"));
  const std::int64_t job = host_.run(contact_update("c-1", "step:draw", "second"))["id"];
  EXPECT_EQ(host_.effects(), (Lines{"step draw", "step draw"}));
  // A job that is run again finds its steps done.
  EXPECT_EQ(host_.admin("POST", "/api/v1/jobs/" + std::to_string(job) + "/retry").status, 200);
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.job(job)["runs"].size() == 2; }));
  host_.wait_for(job, "completed");
  EXPECT_EQ(host_.effects().size(), 2U);
}

TEST_F(Once, StepIsDoneAgainByAReplayWhichIsANewJob) {
  const std::int64_t delivery = host_.send(contact_update("c-1", "step:draw"))["delivery"];
  const std::string path = "/api/v1/deliveries/" + std::to_string(delivery) + "/replay";
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.effects().size() == 1; }));
  EXPECT_EQ(host_.admin("POST", path).status, 200);
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.effects().size() == 2; }));
  EXPECT_EQ(host_.api("deliveries/" + std::to_string(delivery))["jobs"].size(), 2U);
}

TEST_F(Once, ACrashInsideIsToldToTheNextRunWhichDoesIt) {
  const Json job = host_.run(contact_update("c-1", "crash-in-once:letter"));
  EXPECT_EQ(job["runs"].size(), 2U);
  EXPECT_EQ(job["runs"][0]["outcome"], "crashed");
  EXPECT_EQ(host_.effects(),
            (Lines{"began letter", "interrupted letter", "began letter", "did letter"}));
}

TEST_F(Once, AKeyAtWorkIsWaitedForAndTheWaitIsNotCharged) {
  const auto go = host_.folder() / "go";
  const std::string deed = "once-until:" + go.string();
  const auto at_work = host_.job_of(host_.send(contact_update("c-1", deed)));
  ASSERT_TRUE(eventually(kPatience, [&] { return !host_.effects().empty(); }));
  const auto waiting = host_.job_of(host_.send(contact_update("c-2", deed)));
  ASSERT_TRUE(eventually(kPatience, [&] { return !host_.job(waiting)["runs"].empty(); }));
  host_.wait_for(waiting, "retryable");
  std::ofstream(go) << "go";
  host_.wait_for(at_work, "completed");
  const Json job = host_.wait_for(waiting, "completed");
  EXPECT_GE(job["runs"].size(), 2U);
  EXPECT_EQ(job["runs"][0]["outcome"], "retry");
  EXPECT_EQ(job["attempt"], 1) << job;
  EXPECT_EQ(host_.effects(), Lines{"began"});
}

TEST_F(Once, AnExceptionInsideLeavesTheKeyToTheNextRun) {
  const Json job = host_.run(contact_update("c-1", "throw-in-once:letter"), "dead");
  EXPECT_EQ(job["runs"].size(), 3U);
  for (const Json& run : job["runs"]) EXPECT_EQ(run["error"], "asked to throw");
  EXPECT_EQ(host_.effects(), Lines{}) << "no run is told that the one before was interrupted";
  host_.run(contact_update("c-2", "once:letter"));
  EXPECT_EQ(host_.effects(), Lines{"once letter"});
}

TEST_F(Once, AResultThatIsTooLargeIsNoSuccess) {
  const Json job = host_.run(contact_update("c-1", "large-once:letter"), "dead");
  EXPECT_NE(job["reason"].get<std::string>().find("64 KiB"), std::string::npos) << job;
}

TEST_F(Once, StateIsKeptPerRecord) {
  host_.run(contact_update("c-1", "state", "first"));
  host_.run(contact_update("c-1", "state", "second"));
  host_.run(contact_update("c-2", "state"));
  EXPECT_EQ(host_.effects(), (Lines{"state 1", "state 2", "state 1"}));
}

TEST_F(Once, AJobThatIsEnqueuedRunsOfItsOwn) {
  host_.install("c_plugin.so");
  ASSERT_TRUE(eventually(
      kPatience, [&] { return host_.admin("GET", "/api/v1/plugins/c-plugin").status == 200; }));
  const Json job = host_.run(contact_update("c-1", "enqueue:c-plugin"));
  ASSERT_TRUE(eventually(kPatience, [&] {
    const Json jobs = host_.api("jobs?plugin=c-plugin");
    return jobs.size() == 1 && jobs[0]["state"] == "completed" && jobs[0]["parent"] == job["id"];
  }));
  EXPECT_EQ(host_.api("jobs?plugin=c-plugin")[0]["record"], job["record"]);
}

}  // namespace
}  // namespace fh::test
