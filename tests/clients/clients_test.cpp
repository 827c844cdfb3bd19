// The libraries that senders sign with, made by others, against a real host: what they sign is
// accepted, and what somebody has changed since is not.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "system/host_process.h"

namespace fh::test {
namespace {

const std::string kWhsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string kPath = "/hook";
const std::string kPublicUrl = "https://hooks.example.com" + kPath;

struct Client {
  std::string library;  // as sign.mjs knows it
  std::string scheme;
  std::string secret;
  std::string signature_header;
  bool has_timestamp = false;
};

void PrintTo(const Client& client, std::ostream* out) { *out << client.library; }

// What the library's sender would post at that time.
RawRequest signed_by(const Client& client, const std::string& body, std::int64_t at_ms) {
  const Json order = {{"library", client.library},
                      {"secret", client.secret},
                      {"method", "POST"},
                      {"url", kPublicUrl + "?team=a%20b"},
                      {"body", body},
                      {"id", "msg_" + std::to_string(at_ms)},
                      {"at_ms", at_ms}};
  const std::string script = std::string(FIELDHOOK_BINARY_DIR) + "/clients/sign.mjs";
  const Ran ran = run_program({"/usr/bin/env", "node", script, order.dump()});
  if (ran.code != 0) throw std::runtime_error("sign.mjs failed: " + ran.err);
  RawRequest request;
  request.path = kPath;
  request.query = "team=a%20b";
  request.headers = {{"Content-Type", "application/json"}};
  const Json headers = Json::parse(ran.out);
  for (const auto& [name, value] : headers.items()) request.headers.emplace_back(name, value);
  request.body = body;
  return request;
}

std::string& header_of(RawRequest& request, const std::string& name) {
  for (auto& [key, value] : request.headers)
    if (equal_ignoring_case(key, name)) return value;
  throw std::runtime_error("the library made no header " + name);
}

class Clients : public ::testing::TestWithParam<Client> {
 protected:
  void SetUp() override {
    Json verify = {{"scheme", GetParam().scheme},
                   {"secrets", {{{"name", "one"}, {"from", "env:FIELDHOOK_TEST_CLIENT"}}}}};
    host_.config()["sources"] = {{{"name", "client"},
                                  {"path", kPath},
                                  {"sender", "insites"},
                                  {"record", "contact"},
                                  {"event", "updated"},
                                  {"public_url", kPublicUrl},
                                  {"verify", verify}}};
    host_.environment()["FIELDHOOK_TEST_CLIENT"] = GetParam().secret;
    host_.install("misbehave.so");
    host_.start();
  }

  static std::int64_t now_ms() { return to_ms(SystemClock().now()); }
  static std::string body() { return contact_update("c-1", "done", "Zoë \"✓\" & co"); }
  RawRequest fresh() const { return signed_by(GetParam(), body(), now_ms()); }

  HostProcess host_;
};

TEST_P(Clients, AreAccepted) {
  const Reply reply = host_.post(fresh());
  ASSERT_EQ(reply.status, 200) << reply.body << host_.log();
  EXPECT_EQ(reply.json()["status"], "accepted");
  EXPECT_EQ(reply.json()["jobs"], 1);
}

TEST_P(Clients, AreRefusedWithAnotherBody) {
  RawRequest request = fresh();
  request.body.back() = ' ';
  request.body += '}';
  EXPECT_EQ(host_.post(request).status, 401);
}

TEST_P(Clients, AreRefusedWithAnotherSignature) {
  RawRequest request = fresh();
  std::string& signature = header_of(request, GetParam().signature_header);
  // Near the end, and yet no padding and none of base64's spare bits.
  char& digit = signature[signature.size() - 8];
  digit = digit == '7' ? '8' : '7';
  EXPECT_EQ(host_.post(request).status, 401);
}

TEST_P(Clients, AreRefusedWithoutTheirSignature) {
  RawRequest request = fresh();
  std::erase_if(request.headers, [&](const auto& header) {
    return equal_ignoring_case(header.first, GetParam().signature_header);
  });
  EXPECT_EQ(host_.post(request).status, 401);
}

TEST_P(Clients, AreRefusedWithAnotherSecret) {
  Client stranger = GetParam();
  stranger.secret[stranger.secret.size() / 2] ^= 1;
  EXPECT_EQ(host_.post(signed_by(stranger, body(), now_ms())).status, 401);
}

// Where the scheme has a timestamp, it is signed: an old delivery is no good any more, though its
// signature is right. Where it has none, a signature is good for ever.
TEST_P(Clients, AreRefusedWhenTheyAreOld) {
  const std::int64_t minute = 60'000;
  EXPECT_EQ(host_.post(signed_by(GetParam(), body(), now_ms() - 4 * minute)).status, 200);
  const RawRequest old = signed_by(GetParam(), body(), now_ms() - 6 * minute);
  EXPECT_EQ(host_.post(old).status, GetParam().has_timestamp ? 401 : 200);
}

INSTANTIATE_TEST_SUITE_P(
    Each, Clients,
    ::testing::Values(
        Client{"standardwebhooks", "standard-webhooks", kWhsec, "webhook-signature", true},
        Client{"svix", "standard-webhooks", kWhsec, "svix-signature", true},
        Client{"octokit", "github", "a secret of GitHub's", "X-Hub-Signature-256"},
        Client{"stripe", "stripe", kWhsec, "Stripe-Signature", true},
        Client{"hubspot-v1", "hubspot-v1", "yyyyyyyy-yyyy-yyyy", "X-HubSpot-Signature"},
        Client{"hubspot-v2", "hubspot-v2", "yyyyyyyy-yyyy-yyyy", "X-HubSpot-Signature"},
        Client{"hubspot-v3", "hubspot-v3", "yyyyyyyy-yyyy-yyyy", "X-HubSpot-Signature-v3", true}),
    [](const auto& one) {
      std::string name = one.param.library;
      std::erase(name, '-');
      return name;
    });

}  // namespace
}  // namespace fh::test
