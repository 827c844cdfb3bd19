// SIGKILL to the host: what was answered 200 is on disk, what ran is found lost and runs again, and
// no worker outlives it unseen.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "store/store_lock.h"
#include "system/host_process.h"
#include "system/load.h"

namespace fh::test {
namespace {

class Kill : public ::testing::Test {
 protected:
  Kill() {
    host_.install("misbehave.so");
    host_.start();
  }
  bool all_gone(const std::vector<Process>& workers) {
    return eventually(kPatience, [&] {
      return std::none_of(workers.begin(), workers.end(),
                          [](const Process& worker) { return worker.is_alive(); });
    });
  }
  HostProcess host_;
};

TEST_F(Kill, WhileAcceptingLosesNoDeliveryThatWasAnswered) {
  for (int round = 0; round < 2; ++round) {
    Load load(host_, 6, "ok:" + std::to_string(round));
    ASSERT_TRUE(eventually(kPatience, [&] { return load.count() > 100; }));
    host_.kill();
    load.wait_for_silence();
    EXPECT_EQ(load.accepted().size(), load.count()) << "an id was given twice";
    host_.start();
    for (const std::int64_t delivery : load.accepted())
      EXPECT_EQ(host_.api("deliveries/" + std::to_string(delivery))["jobs"].size(), 1U);
    expect_all_completed(host_, load.accepted());
    const Json later = host_.send(contact_update("c-1", "ok", std::to_string(round)));
    EXPECT_GT(later["delivery"], *load.accepted().rbegin()) << "an id was used again";
  }
}

TEST_F(Kill, WhileRunningFindsTheRunLostAndRunsTheJobAgain) {
  const std::int64_t id = host_.job_of(host_.send(contact_update("c-1", "sleep:700")));
  const std::int64_t behind = host_.job_of(host_.send(contact_update("c-1", "ok")));
  host_.wait_for(id, "running");
  // The run is on disk before the worker hears of it.
  ASSERT_TRUE(eventually(kPatience, [&] { return !host_.runs().empty(); }));
  const auto workers = host_.workers();
  ASSERT_FALSE(workers.empty());
  host_.kill();
  EXPECT_TRUE(all_gone(workers));
  host_.start();
  EXPECT_EQ(host_.log_lines(" runs_lost runs=1").size(), 1U);
  const Json job = host_.wait_for(id, "completed");
  ASSERT_EQ(job["runs"].size(), 2U);
  EXPECT_EQ(job["runs"][0]["outcome"], "lost");
  EXPECT_EQ(job["runs"][1]["outcome"], "done");
  EXPECT_GT(job["runs"][1]["lease"], job["runs"][0]["lease"]);
  EXPECT_EQ(job["lost"], 1);
  // Its record's order holds over the kill.
  host_.wait_for(behind, "completed");
  const auto runs = host_.runs();
  ASSERT_GE(runs.size(), 5U);
  for (std::size_t i = 0; i < runs.size(); ++i)
    EXPECT_EQ(runs[i].job, i < runs.size() - 2 ? id : behind) << "line " << i;
}

TEST_F(Kill, NoWorkerOutlivesItsHostEvenOneThatHangs) {
  const std::int64_t id = host_.job_of(host_.send(contact_update("c-1", "hang")));
  const Process worker = host_.worker_of(id);
  EXPECT_TRUE(worker.is_alive());
  host_.kill();
  EXPECT_TRUE(all_gone({worker}));
}

TEST_F(Kill, NoWorkerOutlivesItsHostEvenOneThatIsStopped) {
  const std::int64_t id = host_.job_of(host_.send(contact_update("c-1", "hang")));
  const Process worker = host_.worker_of(id);
  worker.signal(SIGSTOP);
  host_.kill();
  EXPECT_TRUE(all_gone({worker}));
}

// A child of a plugin's that keeps the store's lock, as a worker does that has not noticed yet that
// its host is gone.
class KillLeavingOne : public Kill {
 protected:
  KillLeavingOne() {
    host_.run(contact_update("c-1", "fork-child"));
    const auto workers = host_.workers();
    group_ = workers.at(0).pid();
    host_.kill();
    EXPECT_TRUE(all_gone(workers));
    EXPECT_EQ(living_members(group_).size(), 1U);
  }
  pid_t group_ = 0;
};

TEST_F(KillLeavingOne, ANewHostWaitsUntilItIsGone) {
  host_.launch();
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.logged("waiting_for_old_workers"); }));
  const auto left = living_members(group_);
  ASSERT_EQ(left.size(), 1U);
  Process(left[0]).signal(SIGKILL);
  host_.wait_until_ready();
  host_.run(contact_update("c-1", "ok"));
}

TEST_F(KillLeavingOne, WhoHasWaitedLongEnoughEndsIt) {
  { const StoreLock lock(host_.store_file().string(), {.workers = Millis(100)}); }
  EXPECT_TRUE(living_members(group_).empty());
  host_.start();
  host_.run(contact_update("c-1", "ok"));
}

TEST_F(Kill, FiveTimesDuringOneJobMakesThatJobDead) {
  const std::int64_t id = host_.job_of(host_.send(contact_update("c-1", "hang")));
  for (int i = 1; i <= 5; ++i) {
    host_.wait_for(id, "running");
    host_.kill();
    host_.start();
  }
  const Json job = host_.wait_for(id, "dead");
  EXPECT_EQ(job["lost"], 5);
  EXPECT_EQ(host_.log_lines("warning job_dead job=" + std::to_string(id) + " ").size(), 1U);
  EXPECT_EQ(job["runs"].size(), 5U);
  host_.run(contact_update("c-1", "ok"));
}

}  // namespace
}  // namespace fh::test
