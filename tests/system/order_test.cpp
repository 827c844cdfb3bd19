// The order of jobs: one record's run one after the other as they were accepted, and hold up nobody
// else's.
#include <gtest/gtest.h>

#include <map>

#include "system/host_process.h"

namespace fh::test {
namespace {

class Order : public ::testing::Test {
 protected:
  Order() {
    host_.limits("misbehave")["slots"] = 4;
    host_.install("misbehave.so");
    host_.start();
  }
  std::int64_t send(const std::string& record, const std::string& value,
                    const std::string& note = "") {
    return host_.job_of(host_.send(contact_update(record, value, note)));
  }
  HostProcess host_;
};

TEST_F(Order, JobsOfOneRecordRunOneAfterTheOtherAsAccepted) {
  std::map<std::string, std::vector<std::int64_t>> sent;
  for (int i = 0; i < 8; ++i)
    for (const char* record : {"c-1", "c-2", "c-3"})
      sent[record].push_back(send(record, i % 3 == 0 ? "sleep:20" : "ok", std::to_string(i)));
  for (const auto& [record, jobs] : sent)
    for (const std::int64_t job : jobs) host_.wait_for(job, "completed");

  std::map<std::string, std::vector<std::int64_t>> ran;
  std::map<std::string, std::int64_t> at_work;
  for (const LoggedRun& run : host_.runs()) {
    if (run.end) {
      EXPECT_EQ(at_work[run.record], run.job);
      at_work[run.record] = 0;
    } else {
      EXPECT_EQ(at_work[run.record], 0) << "two jobs of " << run.record << " at once";
      at_work[run.record] = run.job;
      ran[run.record].push_back(run.job);
    }
  }
  EXPECT_EQ(ran, sent);
}

TEST_F(Order, JobsOfDifferentRecordsRunAtOnce) {
  const std::int64_t first = send("c-1", "sleep:1500");
  const std::int64_t second = send("c-2", "sleep:1500");
  EXPECT_TRUE(eventually(kPatience, [&] {
    return host_.job(first)["state"] == "running" && host_.job(second)["state"] == "running";
  }));
  host_.wait_for(first, "completed");
  host_.wait_for(second, "completed");
  const auto runs = host_.runs();
  ASSERT_EQ(runs.size(), 4U);
  EXPECT_FALSE(runs[1].end) << "the second began before the first ended";
}

TEST_F(Order, AJobBehindAnotherIsBlockedAndSaysByWhich) {
  const std::int64_t first = send("c-1", "sleep:600");
  const std::int64_t second = send("c-1", "ok");
  const Json job = host_.job(second);
  EXPECT_EQ(job["state"], "blocked");
  EXPECT_EQ(job["blocked_by"], first);
  host_.wait_for(second, "completed");
  EXPECT_EQ(host_.job(first)["state"], "completed");
}

TEST_F(Order, AJobThatWaitsForAnotherAttemptKeepsItsTurn) {
  const std::int64_t first = send("c-1", "retry-twice");
  const std::int64_t second = send("c-1", "ok");
  host_.wait_for(second, "completed");
  const auto runs = host_.runs();
  ASSERT_EQ(runs.size(), 8U);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(runs[i].job, first);
  EXPECT_EQ(runs[6].job, second);
}

TEST_F(Order, AJobThatSnoozesGivesItsTurnUp) {
  const std::int64_t first = send("c-1", "snooze-once");
  const std::int64_t second = send("c-1", "sleep:150");
  host_.wait_for(first, "completed");
  host_.wait_for(second, "completed");
  std::vector<std::int64_t> begun;
  for (const LoggedRun& run : host_.runs())
    if (!run.end) begun.push_back(run.job);
  EXPECT_EQ(begun, (std::vector<std::int64_t>{first, second, first}));
}

TEST_F(Order, ADeadJobHoldsUpNobody) {
  const std::int64_t first = send("c-1", "fail");
  const std::int64_t second = send("c-1", "ok");
  host_.wait_for(second, "completed");
  EXPECT_EQ(host_.job(first)["state"], "dead");
}

}  // namespace
}  // namespace fh::test
