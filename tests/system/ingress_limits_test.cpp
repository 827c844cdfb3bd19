// What the ingest port takes at once, of whom, and over which addresses.
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/mac.h"
#include "system/host_process.h"
#include "system/wire.h"

namespace fh::test {
namespace {

const std::string kBody = contact_update("c-1", "ok");

std::string head(const std::string& further, std::size_t length = kBody.size()) {
  return "POST /webhooks/contact HTTP/1.1\r\nHost: x\r\nX-Signature: " +
         to_hex(hmac(Hash::sha256, kContactSecret, kBody)) + "\r\n" + further +
         "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

// The host says 100 Continue once it has taken the head.
const std::string kExpect = "Expect: 100-continue\r\n";

std::string from(const std::string& client) {
  return head("X-Forwarded-For: " + client + "\r\n" + kExpect);
}

TEST(Ingress, IsReachedOverIpv6) {
  HostProcess host;
  host.config()["ingest"]["listen"] = "[::1]:0";
  host.install("misbehave.so");
  host.start();
  Wire wire(host.ingest_port(), "::1");
  wire.send(head("") + kBody);
  EXPECT_EQ(wire.status(), 200);
}

class BehindAProxy : public ::testing::Test {
 protected:
  void start(const Json& proxies) {
    host_.config()["ingest"]["max_connections_per_address"] = 2;
    if (!proxies.is_null()) host_.config()["ingest"]["trusted_proxies"] = proxies;
    host_.install("misbehave.so");
    host_.start();
  }
  Wire begin(const std::string& text) {
    Wire wire(host_.ingest_port());
    wire.send(text);
    return wire;
  }
  // A request whose head was taken, and whose body does not come yet.
  Wire hold(const std::string& client) {
    Wire wire = begin(from(client));
    EXPECT_TRUE(wire.has_answer(kPatience));
    return wire;
  }
  HostProcess host_;
};

TEST_F(BehindAProxy, EachClientHasALimitOfItsOwn) {
  start({"127.0.0.0/8"});
  const Wire first = hold("203.0.113.7");
  Wire second = hold("198.51.100.1, 203.0.113.7, 127.0.0.9");
  Wire third = begin(from("203.0.113.7"));
  EXPECT_EQ(third.status(), 429) << "the last address that is no trusted proxy's counts";
  Wire other = begin(from("203.0.113.8") + kBody);
  EXPECT_EQ(other.status(), 200);
  second.send(kBody);
  EXPECT_EQ(second.status(), 200) << "nobody was disconnected for the others";
  Wire again = begin(from("203.0.113.7") + kBody);
  EXPECT_EQ(again.status(), 200) << "room again";
}

TEST_F(BehindAProxy, TheClientsAddressIsWhatIsShown) {
  start({"127.0.0.1"});
  Wire wire = begin(from("203.0.113.7, 198.51.100.1") + std::string(kBody.size(), 'x'));
  EXPECT_EQ(wire.status(), 401);
  EXPECT_EQ(host_.api("refused")[0]["remote_address"], "198.51.100.1");
}

TEST_F(BehindAProxy, WithoutTheSettingNobodyIsBelieved) {
  start(nullptr);
  Wire first = hold("203.0.113.7");
  const Wire second = hold("203.0.113.8");
  Wire third = begin(from("203.0.113.9") + kBody);
  EXPECT_EQ(third.status(), 200);
  EXPECT_EQ(first.status(), 0) << "the slowest of one address makes room";
  Wire forged = begin(from("203.0.113.7") + std::string(kBody.size(), 'x'));
  EXPECT_EQ(forged.status(), 401);
  EXPECT_EQ(host_.api("refused")[0]["remote_address"], "127.0.0.1");
}

TEST(Ingress, HoldsNoMoreBytesAtOnceThanItMay) {
  HostProcess host;
  host.config()["ingest"]["max_in_flight"] = "1MiB";
  host.config()["ingest"]["max_body"] = "1MiB";
  host.install("misbehave.so");
  host.start();
  Wire large(host.ingest_port());
  large.send(head(kExpect, 1024 * 1024));
  ASSERT_TRUE(large.has_answer(kPatience));
  Wire next(host.ingest_port());
  next.send(head("") + kBody);
  const auto answers = next.all_answers();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0].starts_with("HTTP/1.1 503")) << answers[0];
  EXPECT_NE(answers[0].find("Retry-After: "), std::string::npos) << answers[0];
  large.end();
  EXPECT_EQ(large.status(), 400);
  EXPECT_EQ(host.send(kBody)["status"], "accepted");
}

}  // namespace
}  // namespace fh::test
