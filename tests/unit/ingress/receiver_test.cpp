// What the receiver does while nothing can be written, or a queue is full, and what it says of a
// request's head.
#include "ingress/receiver.h"

#include <future>

#include "base/digest.h"
#include "support/ingest_fixture.h"
#include "support/loaded_verify.h"

namespace fh {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

class ReceiverTest : public test::IngestTest {
 protected:
  void SetUp() override {
    IngestTest::SetUp();
    source_.path = "/in";
    source_.verify.scheme = Unauthenticated{};
    config_.ingest.max_in_flight = kMiB;
    open_catalog();
    disk_ = std::make_unique<DiskWatch>(folder_.path(), 0);
    open_receiver();
  }
  void TearDown() override { store_->stop(); }

  // With what source_ is now.
  void open_receiver() {
    secrets_ = std::make_unique<SecretWatch>(config_.sources, clock_);
    receiver_ = std::make_unique<Receiver>(config_, *store_, *catalog_, clock_, *disk_, *secrets_);
  }

  void post(const std::string& body, Headers headers = {}) {
    RawRequest request;
    request.path = "/in";
    request.headers = std::move(headers);
    request.body = body;
    request.remote_address = "192.0.2.1";
    receiver_->handle(std::move(request), [this](const Answer& answer) {
      answers_.with([&](auto& all) { all.push_back(answer); });
    });
  }
  std::vector<Answer> answers() {
    return answers_.with([](const auto& all) { return all; });
  }

  std::unique_ptr<DiskWatch> disk_;
  std::unique_ptr<SecretWatch> secrets_;
  std::unique_ptr<Receiver> receiver_;
  Guarded<std::vector<Answer>> answers_;
};

TEST_F(ReceiverTest, WhatIsIgnoredIsAnsweredBeforeItIsWrittenUpToALimitOfBytes) {
  store_->new_delivery_id();  // so that none has to be reserved below
  std::promise<void> go_on;
  store_->write_then([&](Transaction&) { go_on.get_future().wait(); }, [](auto) {});
  const std::string body = R"({"id":1,"changes":{"s":")" + std::string(kMiB / 4, 'x') + R"("}})";
  constexpr std::size_t kSent = 8;
  for (std::size_t i = 0; i < kSent; ++i) post(body);
  EXPECT_EQ(answers().size(), 3U);
  go_on.set_value();
  // What was sent before is written and answered with the first, and done with by the second.
  for (int i = 0; i < 2; ++i) store_->write([](Transaction&) {});
  ASSERT_EQ(answers().size(), kSent);
  for (const Answer& answer : answers()) EXPECT_EQ(answer.status, 200) << answer.body;
  post(body);
  EXPECT_EQ(answers().size(), kSent + 1) << "there is room again";
}

TEST_F(ReceiverTest, SaysWhichSourcesAreSlowToVerify) {
  EXPECT_FALSE(receiver_->is_slow_to_verify("/in"));
  EXPECT_FALSE(receiver_->is_slow_to_verify("/nowhere"));
  const std::string shared = "whsec_" + to_base64(std::string(32, 's'));
  const std::string key = "whpk_" + to_base64(std::string(32, 'k'));
  for (const auto& [secret, slow] : {std::pair{shared, false}, std::pair{key, true}}) {
    source_.verify = test::load_verify({{"scheme", "standard-webhooks"}}, {{"a", secret}});
    open_receiver();
    EXPECT_EQ(receiver_->is_slow_to_verify("/in"), slow) << secret;
  }
}

TEST_F(ReceiverTest, TakesNoBodyThatMayBeEncoded) {
  using Values = std::vector<std::string>;
  for (const auto& [values, status] :
       std::vector<std::pair<Values, int>>{{{}, 0},
                                           {{"identity"}, 0},
                                           {{"gzip"}, 415},
                                           {{"identity", "gzip"}, 415},
                                           {{"identity", "identity"}, 415},
                                           {{""}, 415}}) {
    RawRequest head;
    head.path = "/in";
    head.headers = {{"Content-Length", "2"}};
    for (const std::string& value : values) head.headers.emplace_back("Content-Encoding", value);
    const auto refused = receiver_->judge_head(head).refusal;
    EXPECT_EQ(refused ? refused->status : 0, status) << testing::PrintToString(values);
  }
}

// A sender that was given another source's URL.
TEST_F(ReceiverTest, ARefusalShowsTheTokenOfNoSource) {
  SourceConfig other = source_;
  other.name = "other";
  other.path = "/other";
  other.verify.scheme = HeaderToken{"X-Token", ""};
  config_.sources.push_back(other);
  open_receiver();
  RawRequest request;
  request.path = "/in";
  request.headers = {{"X-Token", "s3cret"}};
  request.body = "no json";
  EXPECT_EQ(receiver_->handle(request).status, 400);
  ASSERT_EQ(receiver_->refused("src").size(), 1U);
  EXPECT_EQ(receiver_->refused("src")[0].head, R"([["X-Token","***"]])");
}

// Strangers choose the body, and the list is kept in memory, in a file, and shown.
TEST_F(ReceiverTest, ARefusalIsShortHoweverLongTheBody) {
  post("{\"id\":\"" + std::string(kMiB - 20, 'A'));
  ASSERT_EQ(answers().size(), 1U);
  EXPECT_EQ(answers()[0].status, 400);
  EXPECT_LT(answers()[0].body.size(), 300U);
  const auto refused = receiver_->refused_list().list("");
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].body_bytes, kMiB - 13);
  EXPECT_NE(refused[0].text.find("not valid JSON at byte 104"), std::string::npos)
      << refused[0].text;
}

TEST_F(ReceiverTest, ASilentSourceIsNotSaidToHaveDelivered) {
  source_.expect_every = std::chrono::seconds(1);
  open_receiver();
  testing::internal::CaptureStderr();
  receiver_->look_for_silence(clock_.now() + std::chrono::seconds(2));
  receiver_->set_last_delivery("src", clock_.now());
  receiver_->look_for_silence(clock_.now());
  receiver_->look_for_silence(clock_.now() + std::chrono::seconds(2));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("source_silent source=src last_delivery_at=never\n"), std::string::npos)
      << log;
  EXPECT_NE(log.find("source_silent source=src last_delivery_at=" + rfc3339(clock_.now()) + "\n"),
            std::string::npos)
      << log;
}

TEST_F(ReceiverTest, WhatCouldNotBeStoredIsListed) {
  store_->stop();
  post(R"({"id":1,"changes":{"s":"Passed"}})");
  ASSERT_EQ(answers().size(), 1U);
  EXPECT_EQ(answers()[0].status, 503);
  const auto refused = receiver_->refused("src");
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].cause, "not_stored");
}

TEST_F(ReceiverTest, ADeliverysIdCountsToItsEnd) {
  watch("p", R"([{"record":"contact","field":"s","changes":true}])");
  open_receiver();
  const auto status_with = [&](const std::string& id) {
    const std::size_t before = answers().size();
    post(R"({"id":1,"changes":{"s":"Passed"}})", {{"X-Fieldhook-Delivery", id}});
    while (answers().size() == before) write([](Transaction&) {});
    return Json::parse(answers().back().body).value("status", "");
  };
  const std::string most(256, 'i');
  for (const char* status : {"accepted", "duplicate"})
    for (const std::string& id : {most, most + "1", most + "2", most.substr(1)})
      EXPECT_EQ(status_with(id), status) << id;
}

TEST_F(ReceiverTest, WhatAFullBacklogTurnsAwayIsListedAndSaidOnceAMinute) {
  watch("p", R"([{"record":"contact","field":"s","changes":true}])", 1);
  write([&](Transaction& tx) { tx.holds.pause("p", "ops", tx.now); });
  watch("q", "[]");  // reads what is paused
  receiver_ = std::make_unique<Receiver>(config_, *store_, *catalog_, clock_, *disk_, *secrets_);
  const auto bring = [&](int id) {
    const std::size_t before = answers().size();
    post(R"({"id":)" + std::to_string(id) + R"(,"changes":{"s":"Passed"}})");
    while (answers().size() == before) write([](Transaction&) {});
    return answers().back().status;
  };
  testing::internal::CaptureStderr();
  EXPECT_EQ(bring(1), 200);
  EXPECT_EQ(bring(2), 503);
  EXPECT_EQ(bring(3), 503);
  clock_.advance(FullBacklogs::kBetweenLines);
  EXPECT_EQ(bring(4), 503);
  const std::string log = testing::internal::GetCapturedStderr();

  const auto refused = receiver_->refused("src");
  ASSERT_EQ(refused.size(), 3U);
  EXPECT_EQ(refused[0].status, 503);
  EXPECT_EQ(refused[0].cause, "backlog_full");
  EXPECT_EQ(refused[0].text,
            "plugin p has as many open jobs as it may have, 1 (plugins.limits.p.backlog)");
  EXPECT_EQ(refused[0].remote_address, "192.0.2.1");
  EXPECT_EQ(refused[0].body_bytes, std::string(R"({"id":4,"changes":{"s":"Passed"}})").size());
  EXPECT_EQ(receiver_->counters("src").receptions[std::size_t(Reception::unavailable)], 3U);

  const auto first = log.find("warning backlog_full plugin=p source=src times=1 ");
  const auto second = log.find("warning backlog_full plugin=p source=src times=2 ");
  EXPECT_LT(first, second) << log;
  EXPECT_NE(second, std::string::npos) << log;
  EXPECT_EQ(log.find("backlog_full", log.find("backlog_full", second) + 1), std::string::npos);
  EXPECT_NE(log.find("'fieldhook plugins resume p' lets its jobs run"), std::string::npos) << log;
}

}  // namespace
}  // namespace fh
