// Retries, their accounting, and the ways in which a plugin itself ends a job.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "system/host_process.h"

namespace fh::test {
namespace {

std::vector<std::string> outcomes(const Json& job) {
  std::vector<std::string> list;
  for (const Json& run : job.at("runs")) list.push_back(run.at("outcome"));
  return list;
}

using Outcomes = std::vector<std::string>;

class Retry : public ::testing::Test {
 protected:
  Retry() {
    host_.install("misbehave.so");
    host_.start();
  }
  HostProcess host_;
};

TEST_F(Retry, GoesOnUntilItSucceeds) {
  const Json job = host_.run(contact_update("c-1", "retry-twice"));
  EXPECT_EQ(outcomes(job), (Outcomes{"retry", "retry", "done"}));
  std::int64_t lease = 0;
  for (int i = 0; i < 3; ++i) {
    const Json& run = job["runs"][static_cast<std::size_t>(i)];
    EXPECT_EQ(run["run"], i + 1);
    EXPECT_GT(run["lease"], lease);
    lease = run["lease"];
    EXPECT_TRUE(run["started_at"] <= run["ended_at"]);
    EXPECT_EQ(run["build"], job["build"]);
    EXPECT_EQ(run["error"], i < 2 ? Json("asked to retry") : Json());
  }
  EXPECT_EQ(job["attempt"], 3);
  EXPECT_EQ(job["max_attempts"], 3);
}

TEST_F(Retry, WaitsOutItsBackoff) {
  const Json job = host_.run(contact_update("c-1", "retry-twice"));
  const auto at = [&](std::size_t run, const char* key) {
    return *parse_rfc3339(job["runs"][run][key].get<std::string>());
  };
  // 50 ms, then four times that, held at 200 ms; jitter takes a quarter at most.
  EXPECT_GE(at(1, "started_at") - at(0, "ended_at"), Millis(37));
  EXPECT_GE(at(2, "started_at") - at(1, "ended_at"), Millis(150));
  // Who is not told of what is due looks every ten seconds.
  EXPECT_LT(at(2, "started_at") - at(0, "ended_at"), 8s);
}

TEST_F(Retry, OutOfAttemptsIsDeadWithEveryError) {
  const Json job = host_.run(contact_update("c-1", "retry"), "dead");
  EXPECT_EQ(outcomes(job), (Outcomes{"retry", "retry", "retry"}));
  EXPECT_EQ(job["reason"], "asked to retry");
  EXPECT_EQ(job["attempt"], 3);
  for (const Json& run : job["runs"]) EXPECT_EQ(run["error"], "asked to retry");
}

TEST_F(Retry, ADeadJobRunsAgainWhenAskedTo) {
  const std::int64_t id = host_.run(contact_update("c-1", "retry"), "dead")["id"];
  const Reply reply = host_.admin("POST", "/api/v1/jobs/" + std::to_string(id) + "/retry");
  EXPECT_EQ(reply.status, 200) << reply.body;
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.job(id)["runs"].size() >= 6; }));
  const Json job = host_.wait_for(id, "dead");
  EXPECT_EQ(outcomes(job).size(), 6U);
  EXPECT_EQ(host_.api("jobs").size(), 1U);
}

TEST_F(Retry, OnlyAFinishedJobCanBeAskedTo) {
  const std::int64_t id = host_.job_of(host_.send(contact_update("c-1", "sleep:600")));
  const std::string target = "/api/v1/jobs/" + std::to_string(id) + "/retry";
  host_.wait_for(id, "running");
  EXPECT_EQ(host_.admin("POST", target).status, 409);
  host_.wait_for(id, "completed");
  EXPECT_EQ(host_.admin("POST", target).status, 200);
  EXPECT_EQ(outcomes(host_.wait_for(id, "completed")), (Outcomes{"done", "done"}));
  EXPECT_EQ(host_.admin("POST", "/api/v1/jobs/999/retry").status, 404);
}

TEST_F(Retry, SnoozeChargesNothing) {
  const Json job = host_.run(contact_update("c-1", "snooze-once"));
  EXPECT_EQ(outcomes(job), (Outcomes{"snooze", "done"}));
  EXPECT_LE(job["attempt"], 1);
}

TEST_F(Retry, FailIsDeadAtOnce) {
  const Json job = host_.run(contact_update("c-1", "fail"), "dead");
  EXPECT_EQ(outcomes(job), Outcomes{"fail"});
  EXPECT_EQ(job["runs"][0]["error"], "asked to fail");
}

TEST_F(Retry, AnExceptionIsARetryWithItsText) {
  Json job = host_.run(contact_update("c-1", "throw"), "dead");
  EXPECT_EQ(outcomes(job), (Outcomes{"retry", "retry", "retry"}));
  EXPECT_EQ(job["runs"][0]["error"], "asked to throw");
  job = host_.run(contact_update("c-2", "throw-int"), "dead");
  EXPECT_EQ(outcomes(job), (Outcomes{"retry", "retry", "retry"}));
  EXPECT_FALSE(job["runs"][0]["error"].get<std::string>().empty());
}

TEST_F(Retry, WhatIsDoneAlreadyIsSkipped) {
  EXPECT_EQ(outcomes(host_.run(contact_update("c-1", "already-done"))), Outcomes{"skipped"});
  const Json job = host_.run(contact_update("c-2", "throw-already"), "dead");
  EXPECT_EQ(outcomes(job), (Outcomes{"retry", "retry", "retry"}));
}

TEST_F(Retry, AResultThatIsTooLargeIsLeftOutAndTheWorkStaysDone) {
  const Json job = host_.run(contact_update("c-1", "state:large"));
  EXPECT_EQ(outcomes(job), Outcomes{"done"});
  EXPECT_NE(job["result"].get<std::string>().find("is left out"), std::string::npos) << job;
  EXPECT_TRUE(host_.logged("bytes and is left out"));
  EXPECT_EQ(host_.run(contact_update("c-1", "state"))["result"], 2) << "the state was not kept";
}

TEST(RetryLimits, APluginThatCannotBeCreatedIsARetryWithItsReason) {
  HostProcess host;
  host.limits("throws-at-create")["max_attempts"] = 1;
  host.install("throws_at_create.so");
  host.start();
  const Json job = host.run(contact_update("c-1", "create"), "dead");
  EXPECT_EQ(outcomes(job), Outcomes{"retry"});
  EXPECT_NE(job["reason"].get<std::string>().find("the fixture is not ready"), std::string::npos);
}

TEST(RetryLimits, TheOperatorsMaximumGoesBeforeThePlugins) {
  HostProcess host;
  host.limits("misbehave")["max_attempts"] = 1;
  host.install("misbehave.so");
  host.start();
  const Json job = host.run(contact_update("c-1", "retry-twice"), "dead");
  EXPECT_EQ(outcomes(job), Outcomes{"retry"});
  EXPECT_EQ(job["max_attempts"], 1);
}

}  // namespace
}  // namespace fh::test
