// What the signature template refuses and takes beyond the published vectors.
#include "ingress/verify_signature.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/mac.h"
#include "ingress/sign.h"
#include "ingress/verify.h"
#include "support/loaded_verify.h"

namespace fh {
namespace {

using test::load_verify;

const TimePoint kNow = from_ms(1'700'000'000'500);
constexpr const char* kWhsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

std::string outcome(const VerifyConfig& config, const RawRequest& request, TimePoint now = kNow) {
  const Verdict verdict = verify(config, request, now);
  if (const auto* verified = std::get_if<Verified>(&verdict)) return "ok:" + verified->secret;
  return std::string(name_of(std::get<VerifyRefusal>(verdict).cause));
}

std::string stripe_code(std::int64_t timestamp, const std::string& body = "b",
                        const std::string& key = "k") {
  return to_hex(hmac(Hash::sha256, key, std::to_string(timestamp) + "." + body));
}

RawRequest stripe_request(const std::string& header) {
  RawRequest request;
  request.body = "b";
  request.headers = {{"Stripe-Signature", header}};
  return request;
}

struct ListCase {
  std::string name, header, expected;
};

void PrintTo(const ListCase& one, std::ostream* out) { *out << one.name; }

class KeyValueList : public testing::TestWithParam<ListCase> {};

TEST_P(KeyValueList, IsJudged) {
  const VerifyConfig config = load_verify({{"scheme", "stripe"}}, {{"a", "k"}});
  EXPECT_EQ(outcome(config, stripe_request(GetParam().header)), GetParam().expected);
}

const std::string kGood = stripe_code(1'700'000'000);
const std::string kOther = stripe_code(1'700'000'000, "other");

INSTANTIATE_TEST_SUITE_P(
    Table, KeyValueList,
    testing::Values(ListCase{"Good", "t=1700000000,v1=" + kGood, "ok:a"},
                    ListCase{"OtherOrder", "v1=" + kGood + ",t=1700000000", "ok:a"},
                    ListCase{"Blanks", "t=1700000000, v1=" + kGood, "ok:a"},
                    ListCase{"SecondFits", "t=1700000000,v1=" + kOther + ",v1=" + kGood, "ok:a"},
                    ListCase{"GarbageBeside", "t=1700000000,v1=zz,x,v1=" + kGood, "ok:a"},
                    ListCase{"NoneFits", "t=1700000000,v1=" + kOther, "mismatch"},
                    ListCase{"OtherTime", "t=1700000001,v1=" + kGood, "mismatch"},
                    ListCase{"OnlyOldVersion", "t=1700000000,v0=" + kGood, "missing_signature"},
                    ListCase{"NoTime", "v1=" + kGood, "bad_timestamp"},
                    ListCase{"TwoTimes", "t=1700000000,t=1700000000,v1=" + kGood, "bad_timestamp"},
                    ListCase{"TimeWithSign", "t=+1700000000,v1=" + kGood, "bad_timestamp"},
                    ListCase{"TimeWithFraction", "t=1700000000.0,v1=" + kGood, "bad_timestamp"},
                    ListCase{"HugeTime", "t=99999999999999999999,v1=" + kGood, "bad_timestamp"},
                    ListCase{"EmptyTime", "t=,v1=" + kGood, "bad_timestamp"},
                    ListCase{"NotHex", "t=1700000000,v1=zz", "bad_encoding"},
                    ListCase{"Empty", "", "missing_signature"},
                    ListCase{"TooMany",
                             "t=1700000000,v1=" + kGood + std::string(20, ',') +
                                 "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q",
                             "too_many_signatures"}),
    [](const auto& param) { return param.param.name; });

TEST(Timestamp, MayBeOffEitherWayByTheToleranceAndNoMore) {
  const VerifyConfig config =
      load_verify({{"scheme", "stripe"}, {"timestamp", {{"tolerance", "10s"}}}}, {{"a", "k"}});
  for (const auto& [off, expected] : std::vector<std::pair<int, std::string>>{
           {-10, "ok:a"}, {10, "ok:a"}, {-11, "timestamp_too_old"}, {11, "timestamp_too_new"}}) {
    const std::int64_t at = 1'700'000'000 + off;
    const std::string header = "t=" + std::to_string(at) + ",v1=" + stripe_code(at);
    EXPECT_EQ(outcome(config, stripe_request(header)), expected) << off;
  }
}

TEST(Timestamp, InMilliseconds) {
  const VerifyConfig config =
      load_verify({{"scheme", "twenty"}, {"timestamp", {{"tolerance", "1s"}}}}, {{"a", "k"}});
  for (const auto& [off, expected] :
       std::vector<std::pair<int, std::string>>{{1000, "ok:a"},
                                                {1001, "timestamp_too_new"},
                                                {-1000, "ok:a"},
                                                {-1001, "timestamp_too_old"}}) {
    RawRequest request;
    request.body = "{}";
    sign(config, request, {kNow + Millis(off), ""});
    EXPECT_EQ(outcome(config, request), expected) << off;
  }
}

TEST(StandardWebhooks, NeverMixesItsTwoSetsOfHeaders) {
  const VerifyConfig config = load_verify({{"scheme", "standard-webhooks"}}, {{"a", kWhsec}});
  RawRequest request;
  request.body = "{}";
  sign(config, request, {kNow, "msg_1"});
  EXPECT_EQ(std::get<Verified>(verify(config, request, kNow)).id, "msg_1");
  for (auto& [name, value] : request.headers) {
    const std::string before = name;
    name = "svix-" + name.substr(8);
    EXPECT_EQ(outcome(config, request), "missing_header") << name;
    name = before;
  }
  request.headers.emplace_back("svix-signature", "v1,forged");
  EXPECT_EQ(outcome(config, request), "ok:a");
}

// Else an id that nothing covers would stand in for it.
TEST(StandardWebhooks, RefusesAnEmptyIdHoweverWellSigned) {
  const VerifyConfig config = load_verify({{"scheme", "standard-webhooks"}}, {{"a", kWhsec}});
  RawRequest request;
  request.body = "{}";
  sign(config, request, {kNow, ""});
  EXPECT_EQ(outcome(config, request), "missing_header");
}

TEST(StandardWebhooks, TakesManySignaturesOfManySecrets) {
  const std::string other = "whsec_" + to_base64(std::string(32, 'o'));
  const VerifyConfig now = load_verify({{"scheme", "standard-webhooks"}}, {{"a", kWhsec}});
  const VerifyConfig then = load_verify({{"scheme", "standard-webhooks"}}, {{"b", other}});
  const VerifyConfig both =
      load_verify({{"scheme", "standard-webhooks"}}, {{"b", other}, {"a", kWhsec}});
  RawRequest request;
  request.body = "{}";
  sign(now, request, {kNow, "msg_1"});
  EXPECT_EQ(outcome(then, request), "mismatch");
  EXPECT_EQ(outcome(both, request), "ok:a");
  for (auto& [name, value] : request.headers)
    if (name == "webhook-signature")
      value = "v1a,AAAA v2,xyz v1," + to_base64(std::string(32, 'x')) + " " + value;
  EXPECT_EQ(outcome(now, request), "ok:a");
}

// Each of them costs some forty times what all else of a request does.
TEST(StandardWebhooks, TakesFewEd25519Signatures) {
  const VerifyConfig config = load_verify({{"scheme", "standard-webhooks"}},
                                          {{"a", "whpk_" + to_base64(std::string(32, 'k'))}});
  RawRequest request;
  request.body = "{}";
  request.headers = {{"webhook-id", "m"}, {"webhook-timestamp", "1700000000"}, {"", ""}};
  std::string shown;
  for (const char* expected : {"mismatch", "mismatch", "mismatch", "mismatch",
                               "too_many_signatures", "too_many_signatures"}) {
    shown += "v1a," + to_base64(std::string(64, 's')) + " ";
    request.headers.back() = {"webhook-signature", shown};
    EXPECT_EQ(outcome(config, request), expected) << shown;
  }
}

TEST(EspoCrm, SignsWithTheWebhooksIdBeforeIt) {
  const VerifyConfig config = load_verify({{"scheme", "espocrm"}}, {{"a", "k"}});
  RawRequest request;
  request.body = "[]";
  const std::string code = to_hex(hmac(Hash::sha256, "k", "[]"));
  const auto with = [&](const std::string& value) {
    request.headers = {{"Signature", value}};
    return outcome(config, request);
  };
  EXPECT_EQ(with(to_base64("62f5c8:" + code)), "ok:a");
  EXPECT_EQ(with(to_base64("other:" + code)), "ok:a");
  EXPECT_EQ(with(to_base64(code)), "bad_encoding");
  EXPECT_EQ(with("62f5c8:" + code), "bad_encoding");
  EXPECT_EQ(with(code), "bad_encoding");
  EXPECT_EQ(std::get<VerifyRefusal>(verify(config, request, kNow)).text,
            "header Signature is not base64 of \"ID:SIGNATURE\", its signature 32 bytes in hex");
  EXPECT_EQ(with(to_base64("62f5c8:" + to_hex(hmac(Hash::sha256, "K", "[]")))), "mismatch");
}

TEST(CloseCrm, HasItsKeyInHex) {
  const VerifyConfig config = load_verify({{"scheme", "close"}}, {{"a", "6b6579"}});
  RawRequest request;
  request.body = "{}";
  request.headers = {{"close-sig-timestamp", "1700000000"},
                     {"close-sig-hash", to_hex(hmac(Hash::sha256, "key", "1700000000{}"))}};
  EXPECT_EQ(outcome(config, request), "ok:a");
  request.body = "{ }";
  EXPECT_EQ(outcome(config, request), "mismatch");
}

// The documents of HubSpot name the characters that are decoded in the URL, and only those are.
TEST(HubspotV3, DecodesTheUrlAsDocumented) {
  const VerifyConfig config = load_verify({{"scheme", "hubspot-v3"}}, {{"a", "k"}},
                                          {{"public_url", "https://h.example/a%20b%2Fc"}});
  RawRequest request;
  request.query = "e=me%40x.example&p=a%2Cb%3b%5B1%5D&q=100%25&all=%3A%2F%3F%40%21%24%27%28%29%2A";
  request.body = "[]";
  const std::string content =
      "POSThttps://h.example/a%20b/c?e=me@x.example&p=a,b;%5B1%5D&q=100%25&all=:/?@!$'()*"
      "[]1700000000500";
  request.headers = {{"X-HubSpot-Request-Timestamp", "1700000000500"},
                     {"X-HubSpot-Signature-v3", to_base64(hmac(Hash::sha256, "k", content))}};
  EXPECT_EQ(outcome(config, request), "ok:a");
  request.query += "&x=1";
  EXPECT_EQ(outcome(config, request), "mismatch");
}

TEST(PublicUrl, TakesTheRequestsOwnPathWhereItHasNone) {
  RawRequest request;
  request.path = "/hook";
  request.body = "{}";
  const auto signed_at = [&](const std::string& configured, const std::string& url) {
    request.headers = {{"X-HubSpot-Signature", to_hex(bytes_of(sha256("kPOST" + url + "{}")))}};
    return outcome(
        load_verify({{"scheme", "hubspot-v2"}}, {{"a", "k"}}, {{"public_url", configured}}),
        request);
  };
  for (const char* origin : {"https://h.example", "https://h.example/"}) {
    EXPECT_EQ(signed_at(origin, "https://h.example/hook"), "ok:a");
    EXPECT_EQ(signed_at(origin, "https://h.example/other"), "mismatch");
  }
  EXPECT_EQ(signed_at("https://h.example/other", "https://h.example/other"), "ok:a");
  request.query = "a=1";
  EXPECT_EQ(signed_at("https://h.example", "https://h.example/hook?a=1"), "ok:a");
  EXPECT_EQ(signed_at("https://h.example/x", "https://h.example/x?a=1"), "ok:a");
  EXPECT_EQ(signed_at("https://h.example/x?b=2", "https://h.example/x?b=2"), "ok:a");
  EXPECT_EQ(signed_at("https://h.example/x", "https://h.example/x"), "mismatch");
}

TEST(Twilio, TakesTheUrlWithAndWithoutAPort) {
  RawRequest request;
  request.path = "/v";
  const auto at = [&](const std::string& configured, const std::string& was_signed) {
    request.headers = {{"X-Twilio-Signature", to_base64(hmac(Hash::sha1, "k", was_signed))}};
    return outcome(load_verify({{"scheme", "twilio"}}, {{"a", "k"}}, {{"public_url", configured}}),
                   request);
  };
  EXPECT_EQ(at("https://h.example/v", "https://h.example/v"), "ok:a");
  EXPECT_EQ(at("https://h.example/v", "https://h.example:443/v"), "ok:a");
  EXPECT_EQ(at("http://h.example/v", "http://h.example:80/v"), "ok:a");
  EXPECT_EQ(at("https://h.example:8443/v", "https://h.example/v"), "ok:a");
  EXPECT_EQ(at("https://[::1]/v", "https://[::1]:443/v"), "ok:a");
  EXPECT_EQ(at("https://[::1]:8443/v", "https://[::1]/v"), "ok:a");
  EXPECT_EQ(at("https://h.example/v", "https://h.example:80/v"), "mismatch");
}

TEST(Twilio, RefusesABodyThatNothingCovers) {
  const VerifyConfig config =
      load_verify({{"scheme", "twilio"}}, {{"a", "k"}}, {{"public_url", "https://h.example/v"}});
  RawRequest request;
  request.headers = {
      {"X-Twilio-Signature", to_base64(hmac(Hash::sha1, "k", "https://h.example/v"))}};
  EXPECT_EQ(outcome(config, request), "ok:a");
  request.body = "{}";
  EXPECT_EQ(outcome(config, request), "body_not_signed");
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
  EXPECT_EQ(outcome(config, request), "mismatch");
  request.body = "a=%zz";
  EXPECT_EQ(outcome(config, request), "body_not_signed");
}

TEST(Template, SignsAnyHeaderAndTakesEveryAlgorithm) {
  for (const auto& [name, hash] :
       std::vector<std::pair<std::string, Hash>>{{"hmac-sha1", Hash::sha1},
                                                 {"hmac-sha256", Hash::sha256},
                                                 {"hmac-sha384", Hash::sha384},
                                                 {"hmac-sha512", Hash::sha512}}) {
    const VerifyConfig config = load_verify({{"scheme", "signature"},
                                             {"signed", "{method} {header:Date}\n{body}"},
                                             {"algorithm", name},
                                             {"header", "X-Sig"},
                                             {"encoding", "base64url"}},
                                            {{"a", "k"}});
    RawRequest request;
    request.body = "{}";
    request.headers = {{"Date", "today"},
                       {"X-Sig", to_base64url(hmac(hash, "k", "POST today\n{}"))}};
    EXPECT_EQ(outcome(config, request), "ok:a") << name;
    request.headers[0].second = "tomorrow";
    EXPECT_EQ(outcome(config, request), "mismatch") << name;
    request.headers.erase(request.headers.begin());
    EXPECT_EQ(outcome(config, request), "missing_header") << name;
  }
}

TEST(ExplainSigned, TellsPartsAndSizesAndNoSecretsSize) {
  const VerifyConfig config = load_verify({{"scheme", "hubspot-v2"}}, {{"a", "hunter2"}},
                                          {{"public_url", "https://h.example/v"}});
  RawRequest request;
  request.body = "{}";
  request.headers = {{"X-HubSpot-Signature", std::string(64, '0')}};
  std::string text;
  for (const SignedSize& size :
       explain_signed(std::get<SignatureTemplate>(config.scheme), config, request))
    text += size.part + " " + std::to_string(size.bytes) + " ";
  EXPECT_EQ(text, "{secret} 0 {method} 4 {url} 19 {body} 2 ");
}

}  // namespace
}  // namespace fh
