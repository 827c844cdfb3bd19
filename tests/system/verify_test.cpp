// Every preset signed by `fieldhook send` and taken by the host, and what `fieldhook verify` says
// of a stored request.
#include "ingress/verify.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/digest.h"
#include "base/mac.h"
#include "ingress/sign.h"
#include "support/loaded_verify.h"
#include "support/temp_folder.h"
#include "system/host_process.h"

namespace fh::test {
namespace {

constexpr const char* kWhsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class SendSigns : public ::testing::Test {
 protected:
  SendSigns() {
    host_.environment()["SECRET"] = "ab12";
    host_.environment()["WHSEC"] = kWhsec;
    host_.environment()["PAIR"] = "user:password";
    host_.environment()["PUBLIC"] = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    host_.config()["sources"] = Json::array();
  }
  void add(const std::string& name, Json verify, const std::string& variable = "SECRET") {
    verify["secrets"] = {{{"name", "now"}, {"from", "env:" + variable}}};
    host_.config()["sources"].push_back({{"name", name},
                                         {"path", "/s/" + name},
                                         {"sender", "standard-webhooks"},
                                         {"public_url", "https://hooks.example.com"},
                                         {"verify", verify}});
    names_.push_back(name);
  }
  Ran send(const std::string& name, std::vector<std::string> more = {}) {
    const auto file = host_.folder() / "body.json";
    std::ofstream(file) << R"({"type": "contact.updated", "token": "x",
                               "data": {"id": 1, "changes": {"a": 1}}})";
    std::vector<std::string> words = {executable("fieldhook"),
                                      "send",
                                      file.string(),
                                      "--source",
                                      name,
                                      "--config",
                                      host_.config_file().string(),
                                      "--ingest-url",
                                      host_.ingest_url(),
                                      "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words, host_.environment());
  }
  HostProcess host_;
  std::vector<std::string> names_;
};

TEST_F(SendSigns, ForEverySchemeThatASharedSecretSigns) {
  for (const char* preset :
       {"hubspot-v3", "hubspot-v2", "hubspot-v1", "github", "stripe", "slack", "shopify", "twilio",
        "close", "espocrm", "twenty", "bearer", "body-token"})
    add(preset, {{"scheme", preset}});
  add("standard-webhooks", {{"scheme", "standard-webhooks"}}, "WHSEC");
  add("basic", {{"scheme", "basic"}}, "PAIR");
  add("own", {{"scheme", "signature"},
              {"header", "X-S"},
              {"algorithm", "hmac-sha512"},
              {"signed", "{method}.{header:User-Agent}.{body}"},
              {"encoding", "base64url"}});
  host_.start();
  for (const std::string& name : names_) {
    const Ran ran = send(name);
    EXPECT_EQ(ran.code, 0) << name << ": " << ran.out << ran.err;
    EXPECT_NE(
        host_.admin("GET", "/metrics")
            .body.find("fieldhook_verified_total{source=\"" + name + "\",secret=\"now\"} 1\n"),
        std::string::npos)
        << name;
  }
  host_.environment()["SECRET"] = "ab13";
  EXPECT_EQ(send("github").code, 1);
}

TEST_F(SendSigns, NothingThatOnlyAPrivateKeyCould) {
  add("ed25519", {{"scheme", "standard-webhooks"}}, "PUBLIC");
  host_.start();
  const Ran ran = send("ed25519");
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.err.find("private key"), std::string::npos) << ran.err;
}

TEST_F(SendSigns, TheIdThatTellsDuplicates) {
  host_.install("misbehave.so");
  add("standard-webhooks", {{"scheme", "standard-webhooks"}}, "WHSEC");
  host_.config()["sources"][0]["mapping"] = {{"changes", "/data/changes"}};
  host_.start();
  const auto file = host_.folder() / "body.json";
  const auto send_text = [&](const std::string& note, const std::string& id) {
    std::ofstream(file) << Json{{"type", "contact.updated"},
                                {"note", note},
                                {"data", {{"id", "c-1"}, {"changes", {{"misbehave", "ok"}}}}}}
                               .dump();
    const Ran ran = run_program({executable("fieldhook"), "send", file.string(), "--source",
                                 "standard-webhooks", "--config", host_.config_file().string(),
                                 "--ingest-url", host_.ingest_url(), "--id", id, "--json"},
                                host_.environment());
    return Json::parse(ran.out)["status"].get<std::string>();
  };
  EXPECT_EQ(send_text("first", "msg_1"), "accepted");
  EXPECT_EQ(send_text("again, in other words", "msg_1"), "duplicate");
  EXPECT_EQ(send_text("first", "msg_2"), "accepted");
  // Whoever replays a signed request cannot give it a new id.
  const VerifyConfig verify = load_verify({{"scheme", "standard-webhooks"}}, {{"now", kWhsec}});
  RawRequest request;
  request.path = "/s/standard-webhooks";
  request.body = text_of(file);
  fh::sign(verify, request, {SystemClock().now(), "msg_3"});
  EXPECT_EQ(host_.post(request).json()["status"], "accepted");
  request.headers.emplace_back("X-Fieldhook-Delivery", "another");
  EXPECT_EQ(host_.post(request).json()["status"], "duplicate");
}

class VerifyCommand : public ::testing::Test {
 protected:
  VerifyCommand() {
    environment_["SECRET"] = "hunter2 and more";
    config_ = {{"sources",
                {{{"name", "hs"},
                  {"path", "/hs"},
                  {"sender", "hubspot"},
                  {"verify",
                   {{"scheme", "hubspot-v3"},
                    {"secrets", {{{"name", "2026-11"}, {"from", "env:SECRET"}}}}}}}}}};
  }
  Ran verify(const Json& request, std::vector<std::string> more = {}) {
    std::ofstream(folder_.path() / "fieldhook.json") << config_.dump();
    std::ofstream(folder_.path() / "request.json")
        << (request.is_string() ? request.get<std::string>() : request.dump());
    std::vector<std::string> words = {executable("fieldhook"), "verify",
                                      (folder_.path() / "request.json").string(), "--config",
                                      (folder_.path() / "fieldhook.json").string()};
    if (more.empty() || more[0] != "--source") words.insert(words.end(), {"--source", "hs"});
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words, environment_);
  }
  static Json request(const std::string& signature) {
    return {
        {"method", "POST"},
        {"url", "https://hooks.example.com/hs?a=1"},
        {"headers",
         {{"X-HubSpot-Request-Timestamp", "1700000000000"}, {"X-HubSpot-Signature-v3", signature}}},
        {"body", "[]"}};
  }
  const std::string good_ = "POSThttps://hooks.example.com/hs?a=1[]1700000000000";
  TempFolder folder_;
  Environment environment_ = plain_environment();
  Json config_;
};

std::string signature_of(const std::string& text) {
  return to_base64(hmac(Hash::sha256, "hunter2 and more", text));
}

TEST_F(VerifyCommand, ExplainsWhatWasSignedAndNoSecret) {
  const std::vector<std::string> more = {"--at", "1700000000", "--explain"};
  Ran ran = verify(request(signature_of(good_)), more);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out,
            "valid: secret \"2026-11\" matches\n"
            "  source  hs\n"
            "  scheme  hubspot-v3\n"
            "  signed  {method}     4 bytes\n"
            "  signed  {url}        32 bytes\n"
            "  signed  {body}       2 bytes\n"
            "  signed  {timestamp}  13 bytes\n"
            "  signed  all          51 bytes\n");
  const std::string wrong = signature_of("something else");
  ran = verify(request(wrong), more);
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(ran.out.starts_with("not valid: no secret matches\n")) << ran.out;
  for (const std::string& hidden : {std::string("hunter2"), wrong, signature_of(good_)})
    EXPECT_EQ((ran.out + ran.err).find(hidden), std::string::npos) << ran.out;
}

TEST_F(VerifyCommand, SaysTheFirstThingThatDoesNotFit) {
  Json late = request(signature_of(good_));
  Ran ran = verify(late, {"--at", "1700000301"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out,
            "not valid: the timestamp is in the past, 301000 ms from now, more than the 5m "
            "allowed\n");
  late["headers"].erase("X-HubSpot-Request-Timestamp");
  EXPECT_EQ(verify(late).out, "not valid: header X-HubSpot-Request-Timestamp is missing\n");
  late["headers"]["X-HubSpot-Signature-v3"] = {"a", "b"};
  EXPECT_EQ(verify(late).out, "not valid: header X-HubSpot-Signature-v3 is given more than once\n");
  const Json json = Json::parse(verify(late, {"--json"}).out);
  EXPECT_EQ(json["valid"], false);
  EXPECT_EQ(json["cause"], "repeated_header");
}

TEST_F(VerifyCommand, TakesTheSourcesPublicUrlForARequestFromBehindAProxy) {
  config_["sources"][0]["public_url"] = "https://hooks.example.com/hs";
  Json behind = request(signature_of(good_));
  behind["url"] = "/internal?a=1";
  EXPECT_EQ(verify(behind, {"--at", "1700000000"}).code, 0);
  behind["url"] = "http://10.0.0.7:8080/internal?a=1";
  EXPECT_EQ(verify(behind, {"--at", "1700000000"}).code, 1);
}

TEST_F(VerifyCommand, TakesHeadersAsListsAndBodiesInHex) {
  Json stored = request(signature_of(good_));
  stored["headers"] = {{"X-HubSpot-Request-Timestamp", "1700000000000"},
                       {"X-HubSpot-Signature-v3", {signature_of(good_)}}};
  stored.erase("body");
  stored["body_hex"] = "5b5D";
  EXPECT_EQ(verify(stored, {"--at", "1700000000"}).code, 0);
  stored["headers"] = Json::array({Json::array({"x-hubspot-request-timestamp", "1700000000000"}),
                                   Json::array({"x-hubspot-signature-v3", signature_of(good_)})});
  EXPECT_EQ(verify(stored, {"--at", "1700000000"}).code, 0);
}

TEST_F(VerifyCommand, WrongUsageAndConfigurationExitWith2) {
  const Json good = request(signature_of(good_));
  for (const Json& bad :
       {Json("no json"), Json("[]"), Json{{"headers", {{"a", 1}}}}, Json{{"headers", "a"}},
        Json{{"body", 1}}, Json{{"body", ""}, {"body_hex", ""}}, Json{{"body_hex", "0"}},
        Json{{"url", "/relative"}}})
    EXPECT_EQ(verify(bad).code, 2) << bad;
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--at", "now"},
                                               {"--at", "-1"},
                                               {"--source", "sh"},
                                               {"--limit", "1"}}) {
    const Ran ran = verify(good, more);
    EXPECT_EQ(ran.code, 2) << more[0] << " " << ran.out;
    EXPECT_FALSE(ran.err.empty());
  }
  environment_.erase("SECRET");
  Ran ran = verify(good);
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("env:SECRET"), std::string::npos) << ran.err;
  config_["sources"][0]["verify"]["timestamp"]["tolerance"] = "0s";
  EXPECT_EQ(verify(good).code, 2);
}

TEST_F(VerifyCommand, OfAnExpiredSecretSaysSo) {
  config_["sources"][0]["verify"]["secrets"][0]["not_after"] = "2023-11-14T22:13:19Z";
  const Ran ran = verify(request(signature_of(good_)), {"--at", "1700000000"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out,
            "not valid: secret \"2026-11\" matches, but expired at 2023-11-14T22:13:19.000Z\n");
}

}  // namespace
}  // namespace fh::test
