// SIGTERM: what runs ends, what comes is accepted to the end, what was accepted is done after the
// next start.
#include <gtest/gtest.h>

#include "system/host_process.h"
#include "system/load.h"

namespace fh::test {
namespace {

class Drain : public ::testing::Test {
 protected:
  Drain() { host_.install("misbehave.so"); }
  HostProcess host_;
};

TEST_F(Drain, UnderLoadEndsCleanlyAndLosesNothing) {
  host_.start();
  Load load(host_, 4, "sleep:5");
  ASSERT_TRUE(eventually(kPatience, [&] { return load.count() > 60; }));
  EXPECT_EQ(host_.stop(), 0);
  load.wait_for_silence();
  EXPECT_TRUE(load.surprises().empty()) << load.surprises()[0];
  // Every run that began came to its end.
  std::set<std::int64_t> open;
  for (const LoggedRun& run : host_.runs()) {
    if (run.end)
      open.erase(run.job);
    else
      open.insert(run.job);
  }
  EXPECT_TRUE(open.empty());

  host_.start();
  expect_all_completed(host_, load.accepted());
  for (const Json& job : host_.api("jobs?limit=1000")) {
    EXPECT_EQ(job["lost"], 0);
    EXPECT_EQ(job["state"], "completed");
  }
}

TEST_F(Drain, TakesDeliveriesUntilTheLastWorkerIsGone) {
  host_.start();
  const std::int64_t running = host_.job_of(host_.send(contact_update("c-1", "sleep:1200")));
  host_.wait_for(running, "running");
  EXPECT_EQ(host_.admin("GET", "/readyz").status, 200);
  host_.terminate();
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.admin("GET", "/readyz").status == 503; }));
  EXPECT_EQ(host_.api("status")["ready"], false);
  const Json answer = host_.send(contact_update("c-2", "ok"));
  EXPECT_EQ(answer["status"], "accepted");
  // Nothing is leased any more.
  EXPECT_EQ(host_.job(host_.job_of(answer))["state"], "available");
  EXPECT_EQ(host_.wait_for_end(), 0);

  host_.start();
  EXPECT_EQ(host_.job(running)["state"], "completed");
  EXPECT_EQ(host_.job(running)["runs"].size(), 1U);
  host_.wait_for(host_.job_of(answer), "completed");
}

TEST_F(Drain, BeyondItsGraceInterruptsARunAndChargesNoAttempt) {
  host_.config()["workers"]["drain_grace"] = "200ms";
  host_.start();
  const std::int64_t polite = host_.job_of(host_.send(contact_update("c-1", "sleep:1000")));
  const std::int64_t rude = host_.job_of(host_.send(contact_update("c-2", "hang")));
  host_.wait_for(polite, "running");
  host_.wait_for(rude, "running");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(host_.stop(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);

  host_.limits("misbehave") = {{"timeout", "2s"}, {"max_attempts", 1}};
  host_.start();
  const Json job = host_.wait_for(polite, "completed");
  ASSERT_EQ(job["runs"].size(), 2U);
  EXPECT_EQ(job["runs"][0]["outcome"], "interrupted");
  EXPECT_EQ(job["runs"][1]["outcome"], "done");
  EXPECT_EQ(host_.job(rude)["runs"][0]["outcome"], "interrupted");
  EXPECT_EQ(host_.wait_for(rude, "running")["attempt"], 1);
  EXPECT_EQ(host_.job(rude)["lost"], 0);
}

TEST_F(Drain, LeavesNoWorkerBehind) {
  host_.start();
  host_.run(contact_update("c-1", "ok"));
  const auto workers = host_.workers();
  ASSERT_FALSE(workers.empty());
  EXPECT_EQ(host_.stop(), 0);
  for (const Process& worker : workers) EXPECT_FALSE(worker.is_alive());
  EXPECT_TRUE(host_.workers().empty());
}

TEST_F(Drain, OfAnIdleHostIsPrompt) {
  host_.start();
  host_.run(contact_update("c-1", "ok"));
  // A connection that is kept open and idle holds nobody up.
  HttpClient idle = host_.ingest();
  EXPECT_EQ(idle.call(HostProcess::sign(contact_update("c-2", "ok"))).status, 200);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(host_.stop(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

TEST_F(Drain, MayBeAskedForAsSoonAsTheHostIsReady) {
  for (int i = 0; i < 5; ++i) {
    host_.start();
    EXPECT_EQ(host_.stop(), 0);
  }
}

TEST_F(Drain, MayBeAskedForWhileTheHostStarts) {
  for (int i = 0; i < 5; ++i) {
    host_.launch();
    ASSERT_TRUE(eventually(kPatience, [&] { return std::filesystem::exists(host_.store_file()); }));
    EXPECT_EQ(host_.stop(), 0);
    std::filesystem::remove_all(host_.store_file().parent_path());
  }
}

}  // namespace
}  // namespace fh::test
