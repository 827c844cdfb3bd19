// A sync of the store that fails under load: nobody knows what is on disk, so the host says so and
// ends; the next one recovers from the file, and what was answered 200 is there.
#include <gtest/gtest.h>

#include <fstream>

#include "system/host_process.h"
#include "system/load.h"

namespace fh::test {
namespace {

constexpr int kSyncFailed = 70;

class FailedSync : public ::testing::Test {
 protected:
  FailedSync() {
    host_.install("misbehave.so");
    host_.limits("misbehave")["slots"] = 2;
    host_.preload("failing_sync.so");
    host_.environment()["FIELDHOOK_TEST_FAIL_SYNC"] = order_.string();
    host_.start();
  }
  void let_next_sync_fail() { std::ofstream(order_) << "once"; }

  HostProcess host_;
  const std::filesystem::path order_ = host_.folder() / "fail-sync";
};

TEST_F(FailedSync, EndsTheHostAndTheNextOneHasAllThatWasAccepted) {
  const std::int64_t running = host_.job_of(host_.send(contact_update("long", "sleep:3000")));
  host_.wait_for(running, "running");
  Load load(host_, 4, "ok");
  ASSERT_TRUE(eventually(kPatience, [&] { return load.count() > 50; }));
  let_next_sync_fail();
  EXPECT_EQ(host_.wait_for_end(), kSyncFailed);
  load.wait_for_silence();
  EXPECT_FALSE(std::filesystem::exists(order_)) << "another sync than the one that was to fail";
  const auto said = host_.log_lines("store_sync_failed");
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find("start the host again"), std::string::npos) << said[0];
  EXPECT_TRUE(load.surprises().empty()) << load.surprises()[0];

  host_.start();
  expect_all_completed(host_, load.accepted());
  EXPECT_EQ(host_.wait_for(running, "completed")["runs"][0]["outcome"], "lost");
  EXPECT_EQ(host_.run(contact_update("after", "ok"))["runs"].size(), 1U);
}

}  // namespace
}  // namespace fh::test
