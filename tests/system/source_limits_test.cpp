// What one source takes of head, body and depth, beside what the host takes; and a retired source.
#include <gtest/gtest.h>

#include "system/command_line.h"
#include "system/host_process.h"
#include "system/wire.h"

namespace fh::test {
namespace {

class SourceLimits : public ::testing::Test {
 protected:
  SourceLimits() {
    host_.config()["ingest"]["max_body"] = "4KiB";
    host_.config()["ingest"]["max_head"] = "2KiB";
    Json open = host_.config()["sources"][0];
    open["verify"] = {{"scheme", "none"}, {"accept_unauthenticated", true}};
    Json narrow = open;
    narrow.update({{"name", "narrow"},
                   {"path", "/narrow"},
                   {"max_head", "1KiB"},
                   {"max_body", "1KiB"},
                   {"max_depth", 3}});
    Json wide = open;
    wide.update({{"name", "wide"}, {"path", "/wide"}, {"max_head", "8KiB"}, {"max_body", "64KiB"}});
    host_.config()["sources"].push_back(narrow);
    host_.config()["sources"].push_back(wide);
    host_.install("misbehave.so");
    host_.start();
  }

  // The answer to a body of so many bytes.
  int post_body(const std::string& path, std::size_t bytes) {
    std::string body = contact_update("c-1", "ok");
    body.insert(1, bytes - body.size(), ' ');
    RawRequest request;
    request.path = path;
    request.body = body;
    return host_.post(request).status;
  }
  // The answer to a head of about so many bytes.
  int post_head(const std::string& path, std::size_t bytes) {
    RawRequest request;
    request.path = path;
    request.headers = {{"X-Long", std::string(bytes, 'x')}};
    request.body = contact_update("c-1", "ok");
    return host_.post(request).status;
  }
  Reply post_deep(const std::string& path, int levels) {
    RawRequest request;
    request.path = path;
    request.body = R"({"uuid":"c-1","changes":{"deep":)";
    for (int level = 2; level < levels; ++level) request.body += "[";
    for (int level = 2; level < levels; ++level) request.body += "]";
    request.body += levels > 2 ? "}}" : "1}}";
    return host_.post(request);
  }

  HostProcess host_;
};

TEST_F(SourceLimits, OfABodyGoBeforeTheHosts) {
  EXPECT_EQ(post_body("/narrow", 1024), 200);
  EXPECT_EQ(post_body("/narrow", 1025), 413);
  EXPECT_EQ(post_body("/wide", 5'000), 200);
  EXPECT_EQ(post_body("/wide", 65'537), 413);
}

TEST_F(SourceLimits, OfABodyAreHeldByTheHeadAlone) {
  Wire wire(host_.ingest_port());
  wire.send(
      "POST /narrow HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1025\r\n\r\n");
  const auto answers = wire.all_answers();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0].starts_with("HTTP/1.1 413")) << answers[0];
  EXPECT_NE(answers[0].find("1024 bytes"), std::string::npos) << answers[0];
}

TEST_F(SourceLimits, ThatRefuseAreSeenByOperators) {
  EXPECT_EQ(post_body("/narrow", 1025), 413);
  EXPECT_EQ(post_body("/of-no-source", 1025), 404);
  RawRequest get;
  get.method = "GET";
  get.path = "/narrow";
  EXPECT_EQ(host_.post(get).status, 405);
  const Json refused = host_.api("refused?source=narrow");
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[0]["cause"], "method");
  EXPECT_EQ(refused[1]["cause"], "too_large");
  EXPECT_EQ(refused[1]["status"], 413);
  const std::string metrics = host_.admin("GET", "/metrics").body;
  for (const char* line : {"fieldhook_requests_total{source=\"narrow\",result=\"malformed\"} 2",
                           "fieldhook_http_answers_total{status=\"404\"} 1",
                           "fieldhook_http_answers_total{status=\"413\"} 1"})
    EXPECT_NE(metrics.find(line), std::string::npos) << line << "\n" << metrics;
}

TEST_F(SourceLimits, ThatTellInTheBodyAreSeenByOperatorsToo) {
  const std::string head = "POST /narrow HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::pair<std::string, int> bodies[] = {{"401\r\n" + std::string(0x401, ' '), 413},
                                                {"no chunk\r\n", 400}};
  for (const auto& [body, status] : bodies) {
    Wire wire(host_.ingest_port());
    wire.send(head + body);
    EXPECT_EQ(wire.status(), status);
  }
  const Json refused = host_.api("refused?source=narrow");
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[0]["cause"], "framing");
  EXPECT_EQ(refused[1]["cause"], "too_large");
  EXPECT_EQ(refused[1]["status"], 413);
  const std::string line = "fieldhook_requests_total{source=\"narrow\",result=\"malformed\"} 2";
  EXPECT_NE(host_.admin("GET", "/metrics").body.find(line), std::string::npos);
}

// Whose request it was stands in the first line.
TEST_F(SourceLimits, ThatTellInTheHeadAreSeenByOperatorsToo) {
  const std::string line = "POST /narrow HTTP/1.1\r\n";
  const std::tuple<std::string, int, const char*> heads[] = {
      {line + "X-Long: " + std::string(2'000, 'x'), 431, "head_too_large"},
      {line + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400, "framing"},
      {line + "Transfer-Encoding: gzip\r\n\r\n", 501, "framing"},
      {line + "Host: ", 400, "framing"},
      {"POST /narrow", 400, nullptr},
      {"no HTTP\r\n\r\n", 400, nullptr}};
  std::vector<std::pair<int, std::string>> expected;
  for (const auto& [head, status, cause] : heads) {
    Wire wire(host_.ingest_port());
    wire.send(head);
    wire.end();
    EXPECT_EQ(wire.status(), status) << head;
    if (cause != nullptr) expected.emplace(expected.begin(), status, cause);
  }
  std::vector<std::pair<int, std::string>> listed;
  for (const Json& one : host_.api("refused")) {
    EXPECT_EQ(one["source"], "narrow");
    EXPECT_EQ(one["remote_address"], "127.0.0.1");
    listed.emplace_back(one["status"], one["cause"]);
  }
  EXPECT_EQ(listed, expected);
  const std::string counted = "fieldhook_requests_total{source=\"narrow\",result=\"malformed\"} 4";
  EXPECT_NE(host_.admin("GET", "/metrics").body.find(counted), std::string::npos);
}

TEST_F(SourceLimits, OfAHeadGoBeforeTheHosts) {
  EXPECT_EQ(post_head("/narrow", 700), 200);
  EXPECT_EQ(post_head("/narrow", 1'100), 431);
  EXPECT_EQ(post_head("/wide", 6'000), 200);
  EXPECT_EQ(post_head("/wide", 8'300), 431);
  EXPECT_EQ(post_head("/of-no-source", 2'100), 431);
  EXPECT_EQ(post_head("/of-no-source", 1'500), 404);
}

TEST_F(SourceLimits, OfDepthAreTold) {
  EXPECT_EQ(post_deep("/narrow", 3).status, 200);
  const Reply deep = post_deep("/narrow", 4);
  EXPECT_EQ(deep.status, 400);
  EXPECT_NE(deep.body.find("deeper than 3 levels"), std::string::npos) << deep.body;
  EXPECT_EQ(post_deep("/wide", 64).status, 200);
  EXPECT_EQ(post_deep("/wide", 65).status, 400);
}

TEST(RetiredSource, IsGoneForGoodAndVerifiesNothing) {
  HostProcess host;
  Json& contact = host.config()["sources"][0];
  contact["retired"] = true;
  contact["expect_event_every"] = "1s";
  contact.erase("verify");
  host.install("misbehave.so");
  host.start();
  EXPECT_EQ(host.post(HostProcess::sign(contact_update("c-1", "ok"))).status, 410);
  RawRequest unsigned_one;
  unsigned_one.path = "/webhooks/contact";
  unsigned_one.body = "no JSON";
  EXPECT_EQ(host.post(unsigned_one).status, 410);
  EXPECT_TRUE(host.api("deliveries").empty());
  EXPECT_TRUE(host.api("jobs").empty());
  EXPECT_NE(host.admin("GET", "/metrics")
                .body.find("fieldhook_requests_total{source=\"contact\",result=\"retired\"} 2"),
            std::string::npos);
  EXPECT_EQ(host.api("refused").size(), 2U);
  EXPECT_EQ(host.send(R"({"uuid":"k-1","changes":{"x":1}})", "company")["status"], "ignored")
      << "the other source goes on";
}

TEST(RetiredSource, IsAnsweredBeforeItsBodyIsRead) {
  HostProcess host;
  host.config()["sources"][0]["retired"] = true;
  host.start();
  Wire wire(host.ingest_port());
  wire.send("POST /webhooks/contact HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  const auto answers = wire.all_answers();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0].starts_with("HTTP/1.1 410 Gone")) << answers[0];
}

}  // namespace
}  // namespace fh::test
