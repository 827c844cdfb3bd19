// A disk that runs full: a real one, of a few MiB.
#include <gtest/gtest.h>

#include "support/small_disk.h"
#include "system/host_process.h"

namespace fh::test {
namespace {

int mebibytes(const std::string& plugin) {
  return static_cast<int>(
      std::filesystem::file_size(std::filesystem::path(FIELDHOOK_TEST_PLUGINS) / plugin) >> 20);
}

class FullDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!disk_.mounted()) GTEST_SKIP() << "mounting a small disk needs root";
    host_.install("misbehave.so");
  }
  Reply deliver(const std::string& record, const std::string& deed, const std::string& note = "") {
    return host_.post(HostProcess::sign(contact_update(record, deed, note)));
  }
  HostProcess host_;
  /// With room for the plugin's copy, which a sanitizer makes larger.
  SmallDisk disk_{38 + mebibytes("misbehave.so"), host_.store_file().parent_path()};
};

TEST_F(FullDisk, RefusesDeliveriesLetsRunsEndAndGoesOnByItself) {
  host_.config()["ingest"]["min_free_disk"] = "8MiB";
  host_.start();
  const auto running = host_.job_of(host_.send(contact_update("c-1", "sleep:2500")));
  host_.wait_for(running, "running");
  disk_.fill(4 << 20);
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.admin("GET", "/readyz").status == 503; }));
  const std::string why = host_.admin("GET", "/readyz").body;
  EXPECT_NE(why.find("less than the 8 MiB of ingest.min_free_disk"), std::string::npos) << why;
  EXPECT_EQ(host_.api("status")["ready"], false);
  EXPECT_EQ(host_.api("status")["disk"]["low"], true);
  EXPECT_NE(host_.admin("GET", "/metrics").body.find("\nfieldhook_disk_low 1\n"),
            std::string::npos);
  const std::size_t before = host_.api("deliveries").size();
  for (const std::string& body :
       {contact_update("c-2", "ok"), field_update("c-2", "watched-by-nobody", 1)}) {
    const Reply refused = host_.post(HostProcess::sign(body));
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(refused.headers.contains("retry-after"));
  }
  EXPECT_EQ(host_.api("deliveries").size(), before);
  EXPECT_EQ(host_.wait_for(running, "completed")["runs"].size(), 1U);
  // Nothing is started either, and the job says why.
  EXPECT_EQ(host_.admin("POST", "/api/v1/jobs/" + std::to_string(running) + "/retry").status, 200);
  EXPECT_EQ(host_.job(running)["state"], "available");
  EXPECT_NE(host_.job(running)["why"].get<std::string>().find("MiB are free"), std::string::npos);
  disk_.make_room();
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.admin("GET", "/readyz").status == 200; }));
  host_.wait_for(running, "completed");
  EXPECT_EQ(deliver("c-2", "ok").status, 200);
  EXPECT_EQ(host_.stop(), 0);
}

TEST_F(FullDisk, InTheMiddleOfACommitStoresNothingHalf) {
  host_.config()["ingest"]["min_free_disk"] = "0B";  // nobody stops it before
  host_.start();
  const auto running = host_.job_of(host_.send(contact_update("c-1", "sleep:1500")));
  host_.wait_for(running, "running");
  disk_.fill();
  std::set<std::int64_t> accepted;
  int refused = 0;
  for (int i = 0; i < 200 && refused < 5; ++i) {
    const Reply reply = deliver("r-" + std::to_string(i), "ok", std::string(50'000, 'x'));
    if (reply.status == 200) accepted.insert(reply.json()["delivery"].get<std::int64_t>());
    if (reply.status != 503) continue;
    ++refused;
    EXPECT_TRUE(reply.headers.contains("retry-after"));
  }
  EXPECT_EQ(refused, 5);
  EXPECT_TRUE(host_.is_running());
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.logged("make room on its disk"); }));
  disk_.make_room();
  // What was kept in memory is stored, and everything that was accepted is done.
  EXPECT_EQ(host_.wait_for(running, "completed")["runs"].size(), 1U);
  EXPECT_EQ(deliver("after", "ok").status, 200);
  const Json jobs = host_.api("jobs?limit=1000");
  EXPECT_EQ(jobs.size(), accepted.size() + 2) << "a refused delivery left a job";
  for (const Json& job : jobs) host_.wait_for(job["id"], "completed");
  EXPECT_EQ(host_.stop(), 0);
}

TEST_F(FullDisk, KeepsNoHostFromEnding) {
  host_.config()["ingest"]["min_free_disk"] = "0B";  // nobody stops it before
  host_.config()["workers"]["drain_grace"] = "300ms";
  host_.start();
  const auto running = host_.job_of(host_.send(contact_update("c-1", "sleep:1000")));
  host_.wait_for(running, "running");
  disk_.fill();
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.logged("result_not_stored"); }));
  EXPECT_EQ(host_.stop(), 0);
  disk_.make_room();
  host_.start();
  const Json runs = host_.wait_for(running, "completed")["runs"];
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0]["outcome"], "lost");
}

// With deliveries whose jobs wait, until none is taken any more.
TEST_F(FullDisk, ThatTheStoreFilledIsMadeGoodWithTheProduct) {
  host_.config()["ingest"]["min_free_disk"] = "16MiB";
  host_.config()["retention"]["max_size"] = "16MiB";
  host_.start();
  EXPECT_EQ(host_.admin("POST", "/api/v1/plugins/misbehave/pause").status, 200);
  int accepted = 0;
  const auto fill = [&] {
    const std::string much(200'000, 'x');
    while (accepted < 500 && deliver("r", "ok", std::to_string(accepted) + much).status == 200)
      ++accepted;
  };
  fill();
  host_.kill();
  host_.start();
  fill();  // what the killed host left in its WAL had taken room
  ASSERT_GT(accepted, 20);
  ASSERT_LT(accepted, 500);
  ASSERT_EQ(host_.admin("GET", "/readyz").status, 503);
  EXPECT_EQ(host_.admin("POST", "/api/v1/jobs/cancel?plugin=misbehave").status, 200);
  EXPECT_EQ(host_.admin("POST", "/api/v1/plugins/misbehave/resume").status, 200);
  // By then there is room in the store, if not on its disk.
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.admin("GET", "/readyz").status == 200; }));
  host_.run(contact_update("s", "ok"));
  EXPECT_EQ(host_.stop(), 0);
}

class StoreOfAHost : public ::testing::Test {
 protected:
  StoreOfAHost() {
    host_.install("misbehave.so");
    host_.start();
  }
  void expect_end() {
    EXPECT_EQ(host_.wait_for_end(), 70);
    EXPECT_EQ(host_.log_lines("store_replaced").size(), 1U);
  }
  HostProcess host_;
};

TEST_F(StoreOfAHost, ThatIsDeletedEndsTheHost) {
  std::filesystem::remove(host_.store_file());
  expect_end();
}

TEST_F(StoreOfAHost, ThatIsReplacedEndsTheHost) {
  const std::string copy = host_.store_file().string() + ".copy";
  std::filesystem::copy_file(host_.store_file(), copy);
  std::filesystem::rename(copy, host_.store_file());
  expect_end();
}

}  // namespace
}  // namespace fh::test
