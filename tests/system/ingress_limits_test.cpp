// What the ingest port takes at once, of whom, and over which addresses.
#include <Poco/Net/ServerSocket.h>
#include <gtest/gtest.h>

#include <map>

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

bool has_ipv6() {
  try {
    Poco::Net::ServerSocket(Poco::Net::SocketAddress("::1", 0));
    return true;
  } catch (const Poco::Exception&) {
    return false;
  }
}

TEST(Ingress, IsReachedOverIpv6) {
  if (!has_ipv6()) GTEST_SKIP() << "this machine has no ::1";
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
  EXPECT_NE(third.all_answers().at(0).find("\r\nRetry-After: "), std::string::npos);
  const Json listed = host_.api("refused");
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0]["cause"], "client_limit");
  EXPECT_EQ(listed[0]["remote_address"], "203.0.113.7");
  Wire other = begin(from("203.0.113.8") + kBody);
  EXPECT_EQ(other.status(), 200);
  second.send(kBody);
  EXPECT_EQ(second.status(), 200) << "nobody was disconnected for the others";
  Wire again = begin(from("203.0.113.7") + kBody);
  EXPECT_EQ(again.status(), 200) << "room again";
}

// One customer has 2^64 of them.
TEST_F(BehindAProxy, TheIpv6AddressesOfOneNetworkAreOneClient) {
  start({"127.0.0.0/8"});
  const Wire first = hold("2001:db8:0:7::1");
  const Wire second = hold("2001:db8:0:7:ffff::2");
  Wire third = begin(from("2001:db8:0:7::3"));
  EXPECT_EQ(third.status(), 429);
  Wire other = begin(from("2001:db8:0:8::1") + std::string(kBody.size(), 'x'));
  EXPECT_EQ(other.status(), 401);
  EXPECT_EQ(host_.api("refused")[0]["remote_address"], "2001:db8:0:8::1");
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

class InFlight : public ::testing::Test {
 protected:
  InFlight() {
    host_.config()["ingest"]["max_in_flight"] = "1MiB";
    host_.config()["ingest"]["max_body"] = "1MiB";
    host_.config()["ingest"]["max_head"] = "256KiB";
    host_.install("misbehave.so");
  }
  Wire begin(const std::string& text, const std::string& address = "127.0.0.1") {
    Wire wire(host_.ingest_port(), address);
    wire.send(text);
    return wire;
  }
  /// A request whose head was taken, and of whose body this part was sent.
  Wire hold(std::size_t bytes, std::size_t announced = kMiB, const std::string& more = "") {
    Wire wire = begin(head(more + kExpect, announced));
    EXPECT_TRUE(wire.has_answer(kPatience));
    wire.send(std::string(bytes, 'x'));
    return wire;
  }
  int status_of(const std::string& text) { return begin(text).status(); }
  /// The answer to a delivery of half of what may be held.
  int status_of_large() {
    const std::string body = contact_update("c-2", "ok", std::string(kMiB / 2, 'n'));
    return host_.post(HostProcess::sign(body)).status;
  }

  static constexpr std::size_t kMiB = 1024 * 1024;
  HostProcess host_;
};

TEST_F(InFlight, ABodyCountsAsItComesAndNotAsItIsAnnounced) {
  host_.start();
  std::vector<Wire> announced;
  for (int i = 0; i < 8; ++i) announced.push_back(hold(1));
  EXPECT_EQ(status_of(head("") + kBody), 200);
  EXPECT_EQ(status_of_large(), 200);
  for (Wire& wire : announced) {
    wire.end();
    EXPECT_EQ(wire.status(), 400) << "nobody was given up";
  }
  EXPECT_FALSE(host_.logged("in_flight_full"));
}

TEST_F(InFlight, WhoHoldsMostAndSendsNoMoreMakesRoom) {
  host_.config()["ingest"]["trusted_proxies"] = {"127.0.0.1"};
  host_.start();
  const auto from = [](int client) {
    return "X-Forwarded-For: 203.0.113." + std::to_string(client) + "\r\n";
  };
  Wire small = hold(kMiB / 8, kMiB, from(1));
  Wire slowest = hold(kMiB / 3, kMiB, from(2));
  Wire slow = hold(kMiB / 3, kMiB, from(2));
  EXPECT_EQ(status_of_large(), 200);
  const auto answers = slowest.all_answers();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_TRUE(answers[1].starts_with("HTTP/1.1 503")) << answers[1];
  EXPECT_NE(answers[1].find("Retry-After: "), std::string::npos) << answers[1];
  for (Wire* other : {&small, &slow}) {
    other->end();
    EXPECT_EQ(other->status(), 400) << "nobody else was hurt";
  }
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.logged("in_flight_full"); }));
  const auto lines = host_.log_lines("in_flight_full server=ingest requests=1");
  ASSERT_EQ(lines.size(), 1U) << host_.log();
  EXPECT_NE(lines[0].find("remote_address=203.0.113.2"), std::string::npos) << lines[0];
}

TEST_F(InFlight, WhatIsReadAndNotYetParsedCounts) {
  host_.start();
  const std::string endless = "POST /webhooks/contact HTTP/1.1\r\nX: ";
  std::vector<Wire> heads;
  for (int i = 0; i < 5; ++i) heads.push_back(begin(endless + std::string(kMiB * 15 / 64, 'x')));
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.logged("in_flight_full"); }));
  std::map<int, int> statuses;
  for (Wire& wire : heads) {
    wire.end();
    ++statuses[wire.status()];
  }
  EXPECT_EQ(statuses, (std::map<int, int>{{400, 4}, {503, 1}}));
}

TEST_F(InFlight, TheSlowestIsGivenUpEvenIfItGoesOn) {
  host_.start();
  Wire older = hold(kMiB / 2);
  Wire newer = hold(kMiB / 2 - 1024);
  older.send(std::string(4096, 'x'));
  EXPECT_EQ(older.status(), 503);
  newer.end();
  EXPECT_EQ(newer.status(), 400) << "nobody else was hurt";
  EXPECT_EQ(host_.send(kBody)["status"], "accepted");
}

}  // namespace
}  // namespace fh::test
