// Somebody sets the wall clock by an hour, either way, while a host runs. Only its clock is fake
// (fixtures/set_clock.c); the steady one is the system's.
#include "base/clock.h"

#include <gtest/gtest.h>

#include <fstream>

#include "system/host_process.h"

namespace fh::test {
namespace {

class SetClock : public ::testing::TestWithParam<std::chrono::seconds> {
 protected:
  SetClock() {
    host_.install("misbehave.so");
    host_.preload("set_clock.so");
    host_.environment()["FIELDHOOK_TEST_CLOCK"] = offset_.string();
    host_.start();
  }
  void set_clock(std::chrono::seconds off_by) {
    const auto part = host_.folder() / "clock.part";
    std::ofstream(part) << off_by.count();
    std::filesystem::rename(part, offset_);
  }
  std::int64_t accept(const std::string& record, const std::string& deed,
                      const std::string& state) {
    const std::int64_t job = host_.job_of(host_.send(contact_update(record, deed)));
    host_.wait_for(job, state);
    return job;
  }
  static TimePoint time_of(const Json& job, const char* key) {
    return *parse_rfc3339(job.at(key).get<std::string>());
  }
  std::vector<std::int64_t> begun() const {
    std::vector<std::int64_t> jobs;
    for (const LoggedRun& run : host_.runs())
      if (!run.end) jobs.push_back(run.job);
    return jobs;
  }

  HostProcess host_;
  const std::filesystem::path offset_ = host_.folder() / "clock";
};

TEST_P(SetClock, WhileTheHostRunsRunsNothingTwiceLeavesNothingStuckAndKeepsEveryWait) {
  const auto waits_long = accept("c-1", "snooze:1800000", "scheduled");
  const auto running = accept("c-2", "sleep:4000", "running");
  const auto waits_briefly = accept("c-3", "snooze:3000", "scheduled");
  set_clock(GetParam());
  const Json after = host_.run(contact_update("c-4", "retry-twice"));
  const auto set_by = time_of(after, "created_at") - time_of(host_.job(running), "created_at");
  EXPECT_GT(std::chrono::abs(set_by), 50min) << "or else its clock was not set at all";

  EXPECT_EQ(after["runs"].size(), 3U);
  EXPECT_EQ(host_.wait_for(waits_briefly, "completed")["runs"].size(), 2U);
  EXPECT_EQ(host_.wait_for(running, "completed")["runs"].size(), 1U);
  const Json waiting = host_.job(waits_long);
  EXPECT_EQ(waiting["state"], "scheduled");
  const auto left = time_of(waiting, "run_at") - time_of(after, "finished_at");
  EXPECT_GT(left, 0min);
  EXPECT_LE(left, 30min);

  set_clock(0s);
  host_.run(contact_update("c-5", "retry-twice"));
  EXPECT_EQ(host_.job(waits_long)["state"], "scheduled");
  host_.admin("POST", "/api/v1/jobs/" + std::to_string(waits_long) + "/release");
  EXPECT_EQ(host_.wait_for(waits_long, "completed")["runs"].size(), 2U);
  EXPECT_EQ(begun().size(), 2U + 1U + 2U + 3U + 3U) << "by the plugin's own account";
}

INSTANTIATE_TEST_SUITE_P(AnHour, SetClock, ::testing::Values(1h, -1h),
                         [](const auto& of) { return of.param > 0s ? "Forward" : "Back"; });

}  // namespace
}  // namespace fh::test
