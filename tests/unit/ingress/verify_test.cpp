#include "ingress/verify.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/mac.h"
#include "ingress/percent.h"
#include "ingress/sign.h"
#include "support/loaded_verify.h"

namespace fh {
namespace {

using test::load_verify;

const TimePoint kNow = from_ms(1700000000000);

VerifyConfig hmac(const std::string& encoding = "hex", const std::string& prefix = "") {
  return load_verify({{"scheme", "hmac-sha256"},
                      {"header", "X-Signature"},
                      {"prefix", prefix},
                      {"encoding", encoding}},
                     {{"old", "one"}, {"new", "two"}});
}

RawRequest post(const std::string& body, Headers headers = {}) {
  RawRequest request;
  request.path = "/hook";
  request.headers = std::move(headers);
  request.body = body;
  return request;
}

// "ok:<secret>" or the refusal's cause.
std::string outcome(const VerifyConfig& config, const RawRequest& request) {
  const Verdict verdict = verify(config, request, kNow);
  if (const auto* verified = std::get_if<Verified>(&verdict)) return "ok:" + verified->secret;
  return std::string(name_of(std::get<VerifyRefusal>(verdict).cause));
}

std::string signature_of(const std::string& key, const std::string& body) {
  return to_hex(fh::hmac(Hash::sha256, key, body));
}

struct HmacCase {
  std::string name;
  Headers headers;
  std::string expected;
};

void PrintTo(const HmacCase& one, std::ostream* out) { *out << one.name; }

class HmacHeader : public testing::TestWithParam<HmacCase> {};

TEST_P(HmacHeader, IsJudged) {
  EXPECT_EQ(outcome(hmac(), post("body", GetParam().headers)), GetParam().expected);
}

const std::string kOne = signature_of("one", "body");
const std::string kTwo = signature_of("two", "body");

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, HmacHeader,
    testing::Values(
        HmacCase{"FirstSecret", {{"X-Signature", kOne}}, "ok:old"},
        HmacCase{"SecondSecret", {{"X-Signature", kTwo}}, "ok:new"},
        HmacCase{"UpperCaseHex", {{"X-Signature", upper(kOne)}}, "ok:old"},
        HmacCase{"AnyCaseName", {{"x-SIGNATURE", kOne}}, "ok:old"},
        HmacCase{"Missing", {{"X-Signatur", kOne}}, "missing_header"},
        HmacCase{"Twice", {{"X-Signature", kOne}, {"x-signature", kOne}}, "repeated_header"},
        HmacCase{"Empty", {{"X-Signature", ""}}, "bad_encoding"},
        HmacCase{"Short", {{"X-Signature", kOne.substr(2)}}, "bad_encoding"},
        HmacCase{"Long", {{"X-Signature", kOne + "00"}}, "bad_encoding"},
        HmacCase{"OddLength", {{"X-Signature", kOne.substr(1)}}, "bad_encoding"},
        HmacCase{"Blank", {{"X-Signature", " " + kOne}}, "bad_encoding"},
        HmacCase{"Joined", {{"X-Signature", kOne + "," + kOne}}, "bad_encoding"},
        HmacCase{"UnwantedPrefix", {{"X-Signature", "sha256=" + kOne}}, "bad_encoding"},
        HmacCase{"Base64", {{"X-Signature", to_base64(*from_hex(kOne))}}, "bad_encoding"},
        HmacCase{"OtherKey", {{"X-Signature", signature_of("three", "body")}}, "mismatch"},
        HmacCase{"OtherBody", {{"X-Signature", signature_of("one", "Body")}}, "mismatch"},
        HmacCase{"EmptyKey", {{"X-Signature", signature_of("", "body")}}, "mismatch"}),
    [](const auto& param) { return param.param.name; });

TEST(Verify, PrefixMustMatchExactly) {
  const VerifyConfig config = hmac("hex", "sha256=");
  EXPECT_EQ(outcome(config, post("body", {{"X-Signature", "sha256=" + kOne}})), "ok:old");
  EXPECT_EQ(outcome(config, post("body", {{"X-Signature", "SHA256=" + kOne}})), "wrong_prefix");
  EXPECT_EQ(outcome(config, post("body", {{"X-Signature", kOne}})), "wrong_prefix");
  EXPECT_EQ(outcome(config, post("body", {{"X-Signature", "sha256=sha256=" + kOne}})),
            "bad_encoding");
}

TEST(Verify, Base64IsStrict) {
  const VerifyConfig config = hmac("base64");
  const std::string good = to_base64(*from_hex(kOne));
  EXPECT_EQ(outcome(config, post("body", {{"X-Signature", good}})), "ok:old");
  for (const std::string& bad : {good.substr(0, good.size() - 1), good + "=", good + "\n", kOne,
                                 " " + good, good.substr(0, 40)})
    EXPECT_EQ(outcome(config, post("body", {{"X-Signature", bad}})), "bad_encoding") << bad;
}

TEST(Verify, EmptySecretsNeverMatch) {
  VerifyConfig config = hmac();
  config.secrets[0].key = "";
  EXPECT_EQ(outcome(config, post("b", {{"X-Signature", signature_of("", "b")}})), "mismatch");
  config.scheme = HeaderToken{"X-Token", ""};
  EXPECT_EQ(outcome(config, post("b", {{"X-Token", ""}})), "mismatch");
  SignatureTemplate ed25519{.parts = {{SignedPart::Kind::body}},
                            .algorithm = SignatureTemplate::Algorithm::ed25519,
                            .header = "X-Signature"};
  config.scheme = ed25519;
  config.secrets.erase(config.secrets.begin() + 1);
  EXPECT_EQ(outcome(config, post("b", {{"X-Signature", std::string(128, '0')}})), "mismatch");
  config.scheme = HeaderToken{"X-Token", ""};
  config.secrets.clear();
  EXPECT_EQ(outcome(config, post("b", {{"X-Token", "t"}})), "mismatch");
}

TEST(Verify, CoversEveryByteOfTheBody) {
  const std::string body("a\0b\r\n\xff", 6);
  EXPECT_EQ(outcome(hmac(), post(body, {{"X-Signature", signature_of("one", body)}})), "ok:old");
  EXPECT_EQ(outcome(hmac(), post("a", {{"X-Signature", signature_of("one", body)}})), "mismatch");
}

struct QueryCase {
  std::string name, query, expected;
};

void PrintTo(const QueryCase& one, std::ostream* out) { *out << one.name; }

class QueryTokenCase : public testing::TestWithParam<QueryCase> {};

TEST_P(QueryTokenCase, IsJudged) {
  const VerifyConfig config = load_verify({{"scheme", "url-token"}, {"in", "query:token"}},
                                          {{"a", "s3c+r/t"}, {"b", "two"}});
  RawRequest request = post("");
  request.query = GetParam().query;
  EXPECT_EQ(outcome(config, request), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, QueryTokenCase,
    testing::Values(QueryCase{"Plain", "token=two", "ok:b"},
                    QueryCase{"Encoded", "a=b&token=s3c%2Br%2ft&c", "ok:a"},
                    QueryCase{"PlusIsAPlus", "token=s3c+r/t", "ok:a"},
                    QueryCase{"EncodedName", "%74oken=two", "ok:b"},
                    QueryCase{"None", "", "missing_token"},
                    QueryCase{"OtherName", "Token=two", "missing_token"},
                    QueryCase{"Empty", "token=", "missing_token"},
                    QueryCase{"NoValue", "token", "missing_token"},
                    QueryCase{"Twice", "token=two&token=two", "repeated_token"},
                    QueryCase{"TwiceEncoded", "token=no&t%6fken=two", "repeated_token"},
                    QueryCase{"BadPercent", "token=two%2", "bad_encoding"},
                    QueryCase{"BadPercentDigits", "token=%zz", "bad_encoding"},
                    QueryCase{"Wrong", "token=twO", "mismatch"},
                    QueryCase{"Longer", "token=two2", "mismatch"},
                    QueryCase{"Start", "token=tw", "mismatch"}),
    [](const auto& param) { return param.param.name; });

TEST(Verify, PathTokenIsTheOneSegmentAfterThePath) {
  const VerifyConfig config =
      load_verify({{"scheme", "url-token"}, {"in", "path"}}, {{"a", "s/1"}});
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/hook/s%2F1", "ok:a"},        {"/hook", "missing_token"},
      {"/hook/", "missing_token"},    {"/other/s%2F1", "missing_token"},
      {"/hook/s/1", "bad_encoding"},  {"/hook/s%2F1/", "bad_encoding"},
      {"/hook/s%2", "bad_encoding"},  {"/hook/S%2F1", "mismatch"},
      {"/hooks%2F1", "missing_token"}};
  for (const auto& [path, expected] : cases) {
    RawRequest request = post("");
    request.path = path;
    EXPECT_EQ(outcome(config, request), expected) << path;
  }
}

TEST(Verify, HeaderTokenWithItsPrefix) {
  const VerifyConfig config =
      load_verify({{"scheme", "header-token"}, {"header", "Authorization"}, {"prefix", "Bearer "}},
                  {{"a", "t0"}});
  const std::vector<std::pair<Headers, std::string>> cases = {
      {{{"authorization", "Bearer t0"}}, "ok:a"},
      {{}, "missing_header"},
      {{{"Authorization", "Bearer t0"}, {"Authorization", "Bearer t0"}}, "repeated_header"},
      {{{"Authorization", "bearer t0"}}, "wrong_prefix"},
      {{{"Authorization", "t0"}}, "wrong_prefix"},
      {{{"Authorization", "Bearer "}}, "mismatch"},
      {{{"Authorization", "Bearer  t0"}}, "mismatch"},
      {{{"Authorization", "Bearer t0 "}}, "mismatch"}};
  for (const auto& [headers, expected] : cases)
    EXPECT_EQ(outcome(config, post("", headers)), expected);
}

TEST(Verify, RefusalsHoldNoPartOfTheProof) {
  const VerifyConfig config = load_verify(
      {{"scheme", "header-token"}, {"header", "X-Token"}, {"prefix", "p-"}}, {{"a", "good"}});
  for (const char* value : {"p-hunter2", "hunter2"}) {
    const Verdict verdict = verify(config, post("", {{"X-Token", value}}), kNow);
    const auto& refusal = std::get<VerifyRefusal>(verdict);
    EXPECT_EQ(refusal.text.find("hunter2"), std::string::npos) << refusal.text;
    EXPECT_EQ(refusal.text.find("good"), std::string::npos) << refusal.text;
  }
}

TEST(Sign, MakesWhatVerifyAcceptsForEveryTokenScheme) {
  const std::string secret = "a b/+%&=:\xc3\xa4";
  const std::vector<Json> schemes = {
      {{"scheme", "url-token"}, {"in", "query:to ken"}},
      {{"scheme", "url-token"}, {"in", "path"}},
      {{"scheme", "header-token"}, {"header", "Authorization"}, {"prefix", "Bearer "}},
      {{"scheme", "bearer"}},
      {{"scheme", "basic"}},
      {{"scheme", "basic"}, {"user", "me"}},
      {{"scheme", "body-token"}},
      {{"scheme", "body-token"}, {"in", "/a/token"}}};
  for (const Json& scheme : schemes) {
    const VerifyConfig config = load_verify(scheme, {{"now", secret}, {"then", "x:x"}});
    RawRequest request = post(R"({"a": {"token": "sample"}})");
    request.query = "kept=1";
    EXPECT_NE(outcome(config, request), "ok:now") << "unsigned";
    sign(config, request, {kNow, ""});
    EXPECT_EQ(outcome(config, request), "ok:now") << scheme;
    EXPECT_EQ(query_values(request.query, "kept").size(), 1u);
  }
}

TEST(Sign, SaysWhyItCannot) {
  const VerifyConfig config =
      load_verify({{"scheme", "body-token"}, {"in", "/a/token"}}, {{"a", "t"}});
  for (const char* body : {"no json", "[]", R"({"b": 1})", R"({"a": 1})"}) {
    RawRequest request = post(body);
    EXPECT_THROW(sign(config, request, {kNow, ""}), HostError) << body;
  }
}

TEST(Sign, TakesTheFirstSecretThatIsInForce) {
  const Json scheme = {{"scheme", "bearer"}};
  const std::string before = rfc3339(kNow - std::chrono::seconds(1));
  const std::string after = rfc3339(kNow + std::chrono::seconds(1));
  RawRequest request = post("{}");
  const VerifyConfig config = load_verify(scheme, {{"old", "o", before}, {"new", "n", after}});
  sign(config, request, {kNow, ""});
  EXPECT_EQ(outcome(config, request), "ok:new");
}

TEST(Sign, SaysThatNoSecretIsInForce) {
  const std::string before = rfc3339(kNow - std::chrono::seconds(1));
  const VerifyConfig config = load_verify({{"scheme", "bearer"}}, {{"old", "o", before}});
  RawRequest request = post("{}");
  try {
    sign(config, request, {kNow, ""});
    FAIL() << "it signed";
  } catch (const HostError& error) {
    EXPECT_NE(std::string(error.what()).find("\"old\" ended at " + before), std::string::npos)
        << error.what();
  }
}

TEST(RawRequest, FindsHeadersInAnyCaseAndOrder) {
  const RawRequest request = post("", {{"A", "1"}, {"b", "2"}, {"a", "3"}});
  EXPECT_EQ(request.header("B"), "2");
  EXPECT_EQ(request.header("A"), "1");
  EXPECT_EQ(request.header("c"), std::nullopt);
  EXPECT_EQ(request.header_values("a"), (std::vector<std::string_view>{"1", "3"}));
}

}  // namespace
}  // namespace fh
