// SIGTERM: what runs ends, what comes is accepted to the end, what was accepted is done after the
// next start.
#include <Poco/Net/NetException.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "system/host_process.h"
#include "system/load.h"
#include "system/made_plugin.h"
#include "system/own_port.h"
#include "system/wire.h"

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

TEST_F(Drain, ASecondRequestToEndChangesNothing) {
  host_.start();
  const std::int64_t running = host_.job_of(host_.send(contact_update("c-1", "sleep:800")));
  host_.wait_for(running, "running");
  host_.terminate();
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.logged(" draining "); }));
  host_.terminate();
  host_.terminate();
  EXPECT_EQ(host_.send(contact_update("c-2", "ok"))["status"], "accepted");
  EXPECT_EQ(host_.wait_for_end(), 0);
  host_.start();
  EXPECT_EQ(host_.job(running)["runs"].size(), 1U);
  EXPECT_EQ(host_.job(running)["state"], "completed");
}

// Posts until told to stop, tries again what found nobody listening, and keeps the longest time in
// which nothing was taken.
class Persistent {
 public:
  explicit Persistent(std::uint16_t port) : thread_([this, port] { work(port); }) {}
  ~Persistent() { stop(); }
  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::size_t count() const { return count_; }
  const std::set<std::int64_t>& accepted() const { return accepted_; }
  const std::vector<std::string>& refused() const { return refused_; }
  std::chrono::steady_clock::duration longest() const { return longest_; }

 private:
  void work(std::uint16_t port) {
    HttpClient client(port);
    auto last = std::chrono::steady_clock::now();
    for (int i = 0; !stopping_; ++i) {
      const auto request =
          HostProcess::sign(contact_update("c-" + std::to_string(i % 5), "ok", std::to_string(i)));
      auto reply = attempt(client, request);
      while (!reply && !stopping_) {
        std::this_thread::sleep_for(10ms);
        reply = attempt(client, request);
      }
      if (!reply) return;
      const auto now = std::chrono::steady_clock::now();
      longest_ = std::max(longest_, now - last);
      last = now;
      if (reply->status == 200)
        accepted_.insert(reply->json()["delivery"].get<std::int64_t>());
      else
        refused_.push_back(reply->body);
      ++count_;
      std::this_thread::sleep_for(5ms);
    }
  }
  static std::optional<Reply> attempt(HttpClient& client, const RawRequest& request) {
    try {
      return client.try_call(request);
    } catch (const std::exception&) {
      return std::nullopt;  // nobody listens
    }
  }

  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> count_{0};
  std::set<std::int64_t> accepted_;
  std::vector<std::string> refused_;
  std::chrono::steady_clock::duration longest_{};
  std::thread thread_;
};

TEST_F(Drain, ANewHostStartedAtOnceTakesOverUnderLoad) {
  // The same port for both, as in earnest.
  host_.config()["ingest"]["listen"] = "127.0.0.1:" + std::to_string(own_port());
  host_.start();
  const std::int64_t running = host_.job_of(host_.send(contact_update("long", "sleep:1500")));
  host_.wait_for(running, "running");
  Persistent sender(host_.ingest_port());
  ASSERT_TRUE(eventually(kPatience, [&] { return sender.count() > 20; }));
  host_.terminate();
  auto old = host_.launch_successor();
  const auto ended = old->reap(kPatience);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 0);
  host_.wait_until_ready();
  EXPECT_TRUE(host_.logged("waiting_for_old_host"));
  const std::size_t before = sender.count();
  ASSERT_TRUE(eventually(kPatience, [&] { return sender.count() > before + 20; }));
  sender.stop();
  EXPECT_TRUE(sender.refused().empty()) << sender.refused()[0];
  EXPECT_LT(sender.longest(), 5s);
  EXPECT_EQ(host_.job(running)["runs"].size(), 1U);
  expect_all_completed(host_, sender.accepted());
  for (const Json& job : host_.api("jobs?limit=1000")) EXPECT_EQ(job["lost"], 0);
}

TEST_F(Drain, AHostThatWaitsForAnotherOneEndsWhenItIsTold) {
  host_.start();
  const std::int64_t running = host_.job_of(host_.send(contact_update("c-1", "sleep:5000")));
  host_.wait_for(running, "running");
  host_.terminate();
  auto old = host_.launch_successor();
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.logged("waiting_for_old_host"); }));
  EXPECT_EQ(host_.stop(), 0);
  EXPECT_FALSE(old->reap(0ms)) << "it did not wait for that one";
  EXPECT_EQ(host_.log_lines(" ready ").size(), 1U);
  const auto ended = old->reap(kPatience);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 0);
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

// Nobody who takes his time makes others wait before a port that will not answer.
TEST_F(Drain, RefusesNewConnectionsThoughARequestIsNotWhole) {
  host_.start();
  Wire slow(host_.ingest_port());
  slow.send("POST /webhooks/contact HTTP/1.1\r\nContent-Length: 10\r\n\r\n{");
  Wire slow_admin(host_.admin_port());
  slow_admin.send("GET /healthz HTTP/1.1\r\n");
  // What came before these is read when they are answered.
  host_.run(contact_update("c-1", "ok"));
  EXPECT_EQ(host_.admin("GET", "/healthz").status, 200);
  const auto begin = std::chrono::steady_clock::now();
  host_.terminate();
  EXPECT_EQ(slow.status(), 503);
  EXPECT_THROW(Wire(host_.ingest_port()), Poco::Net::ConnectionRefusedException);
  EXPECT_EQ(slow_admin.status(), 503);
  EXPECT_EQ(host_.wait_for_end(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
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

// For longer than anybody would wait.
class DrainWhileAPluginLoads : public Drain {
 protected:
  DrainWhileAPluginLoads() {
    host_.config()["workers"]["handshake"] = "10m";
    const auto file = host_.folder() / "lengthy.so";
    make_plugin(file, watching("lengthy", "contact", "lengthy"),
                "host->done(run, none);\n}\n"
                "__attribute__((constructor)) static void load(void) {\n"
                "  if (system(\"test -e " +
                    lengthy_.string() + " && touch " + loading_.string() +
                    "\") == 0)\n    for (;;) getchar();");
  }
  void install() { host_.install_file(host_.folder() / "lengthy.so", "lengthy.so"); }
  void take_long_from_now_on() { std::ofstream(lengthy_) << "so"; }
  bool is_loading() {
    return eventually(kPatience, [&] { return std::filesystem::exists(loading_); });
  }

  const std::filesystem::path lengthy_ = host_.folder() / "takes-long";
  const std::filesystem::path loading_ = host_.folder() / "loading";
};

TEST_F(DrainWhileAPluginLoads, WaitsForNoWorkerThatIsStillStarting) {
  install();
  host_.start();
  take_long_from_now_on();
  const auto job = host_.job_of(host_.send(field_update("c-1", "lengthy", "now")));
  ASSERT_TRUE(is_loading());
  EXPECT_EQ(host_.stop(), 0);
  EXPECT_FALSE(host_.logged("worker_start_failed"));
  std::filesystem::remove(lengthy_);
  host_.start();
  EXPECT_EQ(host_.wait_for(job, "completed")["attempt"], 1);
}

TEST_F(DrainWhileAPluginLoads, WaitsForNoFileThatSomebodyHasJudgedAgain) {
  install();
  host_.start();
  take_long_from_now_on();
  Environment environment = plain_environment();
  environment["FIELDHOOK_URL"] = host_.admin_url();
  environment["FIELDHOOK_TOKEN"] = kAdminToken;
  auto reload = std::async(std::launch::async, [&] {
    return run_program({executable("fieldhook"), "plugins", "reload", "lengthy"}, environment);
  });
  ASSERT_TRUE(is_loading());
  EXPECT_EQ(host_.stop(), 0);
  const Ran ran = reload.get();
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_NE(ran.err.find("the host is stopping"), std::string::npos) << ran.err;
}

TEST_F(DrainWhileAPluginLoads, WaitsForNoFileThatIsStillJudged) {
  host_.start();
  take_long_from_now_on();
  install();
  ASSERT_TRUE(is_loading());
  EXPECT_EQ(host_.stop(), 0);
  EXPECT_FALSE(host_.logged("plugin_refused"));
}

}  // namespace
}  // namespace fh::test
