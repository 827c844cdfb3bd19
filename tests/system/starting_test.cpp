// What a host does that is still starting: it judges a plugin that takes its time to load.
#include <Poco/Exception.h>
#include <gtest/gtest.h>

#include <fstream>

#include "system/host_process.h"
#include "system/made_plugin.h"
#include "system/own_port.h"
#include "system/waiting.h"
#include "system/wire.h"

namespace fh::test {
namespace {

namespace fs = std::filesystem;

class Starting : public ::testing::Test {
 protected:
  Starting() {
    host_.config()["admin"]["listen"] = "127.0.0.1:" + std::to_string(own_port());
    host_.install("misbehave.so");
    host_.start();
  }
  /// The host again, on the same admin port, until it comes to a plugin that loads when let.
  void start_slowly() {
    host_.config()["workers"]["handshake"] = "2m";
    const fs::path slow = host_.folder() / "a-slow.so";
    make_plugin(slow, watching("slow", "contact", "slow"),
                "host->done(run, none);\n}\n"
                "__attribute__((constructor)) static void wait(void) {\n"
                "  while (system(\"test -e " +
                    go_.string() + "\") != 0) continue;");
    host_.install_file(slow, "a-slow.so");
    host_.launch();
    ASSERT_TRUE(eventually(kPatience, [&] {
      try {
        return host_.admin("GET", "/healthz").status == 200 && host_.api("plugins").size() == 1U;
      } catch (const Poco::Exception&) {
        return false;  // nobody listens yet
      }
    }));
  }
  void let_it_load() { std::ofstream(go_) << "go"; }

  void listen_on_an_own_port() {
    EXPECT_EQ(host_.stop(), 0);
    port_ = own_port();
    host_.config()["ingest"]["listen"] = "127.0.0.1:" + std::to_string(port_);
  }
  /// A delivery on a connection of its own, which waits there.
  Wire send(const std::string& record) {
    const RawRequest request = HostProcess::sign(field_update(record, "slow", "now"));
    std::string head = "POST " + request.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    for (const auto& [name, value] : request.headers) head += name + ": " + value + "\r\n";
    Wire sender(port_);
    sender.send(head + "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" +
                request.body);
    return sender;
  }

  HostProcess host_;
  std::uint16_t port_ = 0;  // where deliveries are sent, ready or not
  const fs::path go_ = host_.folder() / "go";
};

TEST_F(Starting, TakesNoOrdersBeforeItKnowsAllPlugins) {
  EXPECT_EQ(host_.stop(), 0);
  start_slowly();
  for (const char* order : {"import?source=contact", "plugins/misbehave/pause", "deliveries/replay",
                            "jobs/retry?plugin=misbehave"}) {
    const Reply reply = host_.admin("POST", std::string("/api/v1/") + order);
    EXPECT_EQ(reply.status, 503) << order;
    EXPECT_NE(reply.body.find("the host is starting"), std::string::npos) << reply.body;
  }
  EXPECT_EQ(host_.api("status")["ready"], false);
  let_it_load();
  host_.wait_until_ready();
  EXPECT_EQ(host_.admin("POST", "/api/v1/plugins/misbehave/pause").status, 200);
}

// Its CRM does not come again; and what the plugin watches is known before it is looked at.
TEST_F(Starting, KeepsADeliveryWaitingUntilItKnowsAllPlugins) {
  listen_on_an_own_port();
  start_slowly();
  Wire sender = send("c-1");
  EXPECT_FALSE(sender.has_answer(std::chrono::milliseconds(100)));
  let_it_load();
  EXPECT_EQ(sender.status(), 200);
  host_.wait_until_ready();
  const Json jobs = host_.api("jobs?plugin=slow");
  ASSERT_EQ(jobs.size(), 1U);
  host_.wait_for(jobs[0]["id"], "completed");
}

TEST_F(Starting, TakesWhatWaitsThoughItIsToldToStopMeanwhile) {
  constexpr int kMany = 300;
  listen_on_an_own_port();
  start_slowly();
  std::vector<Wire> senders;
  for (int i = 0; i < kMany; ++i) senders.push_back(send("c-" + std::to_string(i)));
  host_.terminate();
  let_it_load();
  int accepted = 0;
  for (Wire& sender : senders) accepted += sender.status() == 200;
  EXPECT_EQ(accepted, kMany);
  senders.clear();
  EXPECT_EQ(host_.wait_for_end(), 0);
  host_.start();
  EXPECT_EQ(host_.api("jobs?plugin=slow&limit=1000").size(), std::size_t(kMany));
}

TEST_F(Starting, RunsNothingOnABuildThatWasReplaced) {
  const auto job = host_.job_of(host_.send(contact_update("c-1", "snooze:1000")));
  host_.wait_for(job, "scheduled");
  EXPECT_EQ(host_.stop(), 0);
  host_.install("misbehave_v2.so", "misbehave.so");
  start_slowly();
  // Whoever would take it on has had the time to.
  const auto due = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  ASSERT_TRUE(eventually(kPatience, [&] { return std::chrono::steady_clock::now() > due; }));
  EXPECT_EQ(host_.job(job)["runs"].size(), 1U);
  let_it_load();
  host_.wait_until_ready();
  const Json runs = host_.wait_for(job, "completed")["runs"];
  EXPECT_EQ(runs[1]["build"], host_.plugin("misbehave")["build"]);
  EXPECT_NE(runs[1]["build"], runs[0]["build"]);
}

}  // namespace
}  // namespace fh::test
