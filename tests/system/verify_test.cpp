// Every published signature vector against the real executables: over HTTP, while the host's clock
// stands still at the vector's own time (fixtures/set_clock.c), and by `fieldhook verify --at`; and
// every preset signed by `fieldhook send`.
#include "ingress/verify.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/digest.h"
#include "base/mac.h"
#include "ingress/sign.h"
#include "support/signature_vectors.h"
#include "support/temp_folder.h"
#include "system/host_process.h"

namespace fh::test {
namespace {

Json to_json(const std::vector<std::string>& secrets, const std::string& variable) {
  Json list = Json::array();
  for (std::size_t i = 0; i < secrets.size(); ++i)
    list.push_back({{"name", "secret-" + std::to_string(i)},
                    {"from", "env:" + variable + "_" + std::to_string(i)}});
  return list;
}

std::string variable_of(const SignatureVector& vector) { return "V_" + name_of_vector(vector); }

void put_secrets(const SignatureVector& vector, Environment& environment) {
  for (std::size_t i = 0; i < vector.secrets.size(); ++i)
    environment[variable_of(vector) + "_" + std::to_string(i)] = vector.secrets[i];
}

Json source_of(const SignatureVector& vector) {
  Json source = {{"name", name_of_vector(vector)},
                 {"path", "/v/" + name_of_vector(vector)},
                 {"sender", "standard-webhooks"},
                 {"verify", vector.verify}};
  source["verify"]["secrets"] = to_json(vector.secrets, variable_of(vector));
  if (!vector.public_url.empty()) source["public_url"] = vector.public_url;
  return source;
}

bool has_empty_secret(const SignatureVector& vector) {
  return std::find(vector.secrets.begin(), vector.secrets.end(), "") != vector.secrets.end();
}

// Judged when the host starts, whatever is sent.
bool is_bad_secret(const SignatureVector& vector) {
  return has_empty_secret(vector) || (vector.is_about_secrets() && !vector.valid);
}

class SignatureVectorsOverHttp : public ::testing::Test {
 protected:
  /// A source for each of these vectors, and no other.
  template <typename Is>
  void configure(Is is) {
    Json& sources = host_.config()["sources"] = Json::array();
    for (const SignatureVector& vector : signature_vectors()) {
      if (!is(vector)) continue;
      vectors_.push_back(vector);
      sources.push_back(source_of(vector));
      put_secrets(vector, host_.environment());
    }
  }
  // The host's wall clock, from now on.
  void stop_clock(std::int64_t at_ms) {
    const auto part = host_.folder() / "clock.part";
    std::ofstream(part) << "=" << at_ms / 1000;
    std::filesystem::rename(part, host_.folder() / "clock");
  }
  int post(RawRequest request, const SignatureVector& vector) {
    request.path = "/v/" + name_of_vector(vector);
    return host_.post(request).status;
  }
  /// Verified and then no JSON: 400; no record in it: 200.
  static void expect_verdict(int status, bool valid) {
    EXPECT_TRUE(status == 200 || status == 400 || status == 401) << status;
    EXPECT_EQ(status != 401, valid) << status;
  }
  void judge(const SignatureVector& vector) {
    if (vector.now_ms) stop_clock(*vector.now_ms);
    if (vector.is_about_secrets()) {
      // The secret is good: what it signs is taken, the bare request of the vector is not.
      RawRequest signed_request;
      signed_request.body = "{}";
      sign(config_of(vector), signed_request, {SystemClock().now(), "msg_1"});
      expect_verdict(post(signed_request, vector), true);
      expect_verdict(post(vector.request, vector), false);
    } else if (vector.request.method == "GET") {
      // Right, and no delivery; the method is part of what was signed.
      EXPECT_EQ(post(vector.request, vector), 405);
      RawRequest as_post = vector.request;
      as_post.method = "POST";
      expect_verdict(post(as_post, vector), false);
    } else {
      expect_verdict(post(vector.request, vector), vector.valid);
    }
  }
  HostProcess host_;
  std::vector<SignatureVector> vectors_;
};

TEST_F(SignatureVectorsOverHttp, AreJudgedAsPublished) {
  configure([](const SignatureVector& vector) { return !is_bad_secret(vector); });
  host_.preload("set_clock.so");
  host_.environment()["FIELDHOOK_TEST_CLOCK"] = (host_.folder() / "clock").string();
  host_.start();
  // Those that go by the system's clock first.
  std::stable_partition(vectors_.begin(), vectors_.end(),
                        [](const SignatureVector& vector) { return !vector.now_ms; });
  for (const SignatureVector& vector : vectors_) {
    SCOPED_TRACE(vector.id);
    judge(vector);
  }
}

TEST_F(SignatureVectorsOverHttp, BadSecretsAreRefusedByTheStart) {
  configure(is_bad_secret);
  host_.launch();
  EXPECT_EQ(host_.wait_for_end(), 2);
  for (const SignatureVector& vector : vectors_) {
    EXPECT_TRUE(host_.logged(variable_of(vector) + "_0")) << vector.id << "\n" << host_.log();
    EXPECT_TRUE(vector.secrets[0].size() < 8 || !host_.logged(vector.secrets[0])) << vector.id;
  }
}

TEST(SignatureVectors, AreAllThatAreSupported) { EXPECT_EQ(signature_vectors().size(), 56U); }

class SignatureVectorsByCommand : public ::testing::TestWithParam<SignatureVector> {
 protected:
  std::filesystem::path write(const std::string& name, const Json& json) const {
    std::ofstream(folder_.path() / name) << json.dump();
    return folder_.path() / name;
  }

  // The request as the vector writes it.
  static Json request_of(const SignatureVector& vector) {
    Json headers = Json::object();
    for (const auto& [name, value] : vector.request.headers) headers[name] = value;
    Json request = {{"method", vector.request.method}, {"headers", headers}};
    const std::string& query = vector.request.query;
    const std::string url = vector.public_url.empty() ? "/hook" : vector.public_url;
    request["url"] = query.empty() ? url : url + "?" + query;
    request["body_hex"] = to_hex(vector.request.body);
    return request;
  }

  TempFolder folder_;
};

TEST_P(SignatureVectorsByCommand, AreJudgedAsPublished) {
  const SignatureVector& vector = GetParam();
  Environment environment = plain_environment();
  put_secrets(vector, environment);
  const auto config = write("fieldhook.json", {{"sources", {source_of(vector)}}});
  const auto request = write("request.json", request_of(vector));
  std::vector<std::string> words = {
      executable("fieldhook"), "verify",   request.string(),       "--config",
      config.string(),         "--source", name_of_vector(vector), "--json"};
  if (vector.now_ms) {
    words.push_back("--at");
    words.push_back(std::to_string(*vector.now_ms / 1000));
  }
  const Ran ran = run_program(words, environment);
  if (vector.is_about_secrets()) {
    // With a good secret it is the request that does not fit.
    EXPECT_EQ(ran.code, vector.valid ? 1 : 2) << ran.out << ran.err;
    return;
  }
  if (has_empty_secret(vector)) {
    EXPECT_EQ(ran.code, 2) << ran.out << ran.err;
    return;
  }
  EXPECT_EQ(ran.code, vector.valid ? 0 : 1) << ran.out << ran.err;
  EXPECT_EQ(Json::parse(ran.out)["valid"], vector.valid);
  for (const std::string& secret : vector.secrets) {
    if (secret == "secret") continue;  // which is a word too
    EXPECT_EQ((ran.out + ran.err).find(secret), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Published, SignatureVectorsByCommand,
                         ::testing::ValuesIn(signature_vectors()),
                         [](const auto& param) { return name_of_vector(param.param); });

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
