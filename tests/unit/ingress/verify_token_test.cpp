// The token schemes that stand beside the signature template.
#include <gtest/gtest.h>

#include "base/digest.h"
#include "ingress/verify.h"
#include "support/loaded_verify.h"

namespace fh {
namespace {

using test::load_verify;

const TimePoint kNow = from_ms(1'700'000'000'000);

std::string outcome(const VerifyConfig& config, const RawRequest& request) {
  const Verdict verdict = verify(config, request, kNow);
  if (const auto* verified = std::get_if<Verified>(&verdict)) return "ok:" + verified->secret;
  return std::string(name_of(std::get<VerifyRefusal>(verdict).cause));
}

std::string with_authorization(const VerifyConfig& config, const std::string& value) {
  RawRequest request;
  request.headers = {{"Authorization", value}};
  return outcome(config, request);
}

TEST(BearerToken, TakesItsSchemeInEitherCase) {
  const VerifyConfig config = load_verify({{"scheme", "bearer"}}, {{"a", "t0"}, {"b", "t1"}});
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"Bearer t0", "ok:a"},          {"bearer t1", "ok:b"},        {"BEARER  t0", "ok:a"},
      {"Bearer t2", "mismatch"},      {"Bearer t0 ", "mismatch"},   {"Bearer ", "wrong_prefix"},
      {"Bearer", "wrong_prefix"},     {"Basic t0", "wrong_prefix"}, {"t0", "wrong_prefix"},
      {" Bearer t0", "wrong_prefix"}, {"", "wrong_prefix"}};
  for (const auto& [value, expected] : cases)
    EXPECT_EQ(with_authorization(config, value), expected) << value;
  EXPECT_EQ(outcome(config, {}), "missing_header");
}

TEST(BasicPassword, IsOfOneUser) {
  const VerifyConfig config =
      load_verify({{"scheme", "basic"}, {"user", "pipedrive"}}, {{"a", "p:w"}});
  const auto basic = [](const std::string& pair) { return "Basic " + to_base64(pair); };
  EXPECT_EQ(with_authorization(config, basic("pipedrive:p:w")), "ok:a");
  EXPECT_EQ(with_authorization(config, basic("pipedrive:pw")), "mismatch");
  EXPECT_EQ(with_authorization(config, basic("other:p:w")), "mismatch");
  EXPECT_EQ(with_authorization(config, basic("pipedrive")), "bad_credentials");
  EXPECT_EQ(with_authorization(config, "Basic pipedrive:p:w"), "bad_credentials");
  EXPECT_EQ(with_authorization(config, "Bearer p:w"), "wrong_prefix");
}

TEST(BasicPassword, OfAnotherUserIsRefusedWithThatCause) {
  const auto text = [](const VerifyConfig& config, const std::string& pair) {
    RawRequest request;
    request.headers = {{"Authorization", "Basic " + to_base64(pair)}};
    return std::get<VerifyRefusal>(verify(config, request, kNow)).text;
  };
  const std::string other = "no secret matches: the user is another than the source's";
  const VerifyConfig named = load_verify({{"scheme", "basic"}, {"user", "u"}}, {{"a", "pw"}});
  EXPECT_EQ(text(named, "v:pw"), other);
  EXPECT_EQ(text(named, ":pw"), other);
  EXPECT_EQ(text(named, "u:no"), "no secret matches");
  const VerifyConfig pairs = load_verify({{"scheme", "basic"}}, {{"a", "u:pw"}, {"b", "v:pw"}});
  EXPECT_EQ(text(pairs, "w:pw"), other);
  EXPECT_EQ(text(pairs, "v:no"), "no secret matches");
}

TEST(BasicPassword, OrUserAndPasswordAreTheSecret) {
  const VerifyConfig config = load_verify({{"scheme", "basic"}}, {{"a", "Aladdin:open sesame"}});
  EXPECT_EQ(with_authorization(config, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "ok:a");
  EXPECT_EQ(with_authorization(config, "basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "ok:a");
  EXPECT_EQ(with_authorization(config, "Basic " + to_base64("Aladdin:")), "mismatch");
}

struct BodyCase {
  std::string name, body, expected;
};

void PrintTo(const BodyCase& one, std::ostream* out) { *out << one.name; }

class BodyTokenCase : public testing::TestWithParam<BodyCase> {};

TEST_P(BodyTokenCase, IsJudged) {
  const VerifyConfig config = load_verify({{"scheme", "body-token"}}, {{"a", "t0"}});
  RawRequest request;
  request.body = GetParam().body;
  EXPECT_EQ(outcome(config, request), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BodyTokenCase,
    testing::Values(BodyCase{"Good", R"({"x": [1], "token": "t0"})", "ok:a"},
                    BodyCase{"Escaped", R"({"token": "\u00740"})", "ok:a"},
                    BodyCase{"Wrong", R"({"token": "t1"})", "mismatch"},
                    BodyCase{"Empty", R"({"token": ""})", "mismatch"},
                    BodyCase{"Twice", R"({"token": "no", "token": "t0"})", "unreadable_body"},
                    BodyCase{"Deeper", R"({"data": {"token": "t0"}})", "missing_token"},
                    BodyCase{"Number", R"({"token": 0})", "missing_token"},
                    BodyCase{"List", R"(["t0"])", "missing_token"},
                    BodyCase{"NoJson", "token=t0", "unreadable_body"},
                    BodyCase{"Nothing", "", "unreadable_body"},
                    BodyCase{"Nul", std::string("{\"token\":\"t0\"}\0", 15), "unreadable_body"}),
    [](const auto& param) { return param.param.name; });

// What is refused is shown to operators, and logged.
TEST(BodyToken, ShowsInNoRefusal) {
  const VerifyConfig config =
      load_verify({{"scheme", "body-token"}, {"in", "/token"}}, {{"a", "s3cret"}});
  for (const char* body :
       {R"({"token":"s3cret)", "{\"token\":\"s3cret\x01\"}", R"({"s3cret":1,"s3cret":2})",
        R"({"token":"s3cret"} s3cret)", R"({"token":s3cret})", "s3cret"}) {
    RawRequest request;
    request.body = body;
    const auto refusal = std::get<VerifyRefusal>(verify(config, request, kNow));
    EXPECT_EQ(refusal.cause, RefusalCause::unreadable_body) << body;
    EXPECT_EQ(refusal.text.find("s3"), std::string::npos) << refusal.text;
  }
}

TEST(BodyToken, IsNotLookedForBelowTheSourcesDepth) {
  VerifyConfig config = load_verify({{"scheme", "body-token"}}, {{"a", "t0"}});
  RawRequest request;
  request.body = R"({"token": "t0", "x": [[1]]})";
  EXPECT_EQ(outcome(config, request), "ok:a");
  std::get<BodyToken>(config.scheme).max_depth = 3;
  EXPECT_EQ(outcome(config, request), "ok:a");
  std::get<BodyToken>(config.scheme).max_depth = 2;
  EXPECT_EQ(outcome(config, request), "unreadable_body");
}

TEST(BodyToken, StandsWhereThePointerSays) {
  const VerifyConfig config =
      load_verify({{"scheme", "body-token"}, {"in", "/auth/0/a~1b"}}, {{"a", "t0"}});
  RawRequest request;
  request.body = R"({"auth": [{"a/b": "t0"}], "token": "t1"})";
  EXPECT_EQ(outcome(config, request), "ok:a");
  request.body = R"({"auth": [], "token": "t0"})";
  EXPECT_EQ(outcome(config, request), "missing_token");
}

TEST(Unauthenticated, TakesAnything) {
  const VerifyConfig config =
      load_verify({{"scheme", "none"}, {"accept_unauthenticated", true}}, {});
  EXPECT_EQ(outcome(config, {}), "ok:");
}

TEST(Secrets, ExpireAtTheirEnd) {
  const VerifyConfig config = load_verify(
      {{"scheme", "bearer"}},
      {{"old", "t0", rfc3339(kNow)}, {"gone", "t1", rfc3339(kNow - Millis(1))}, {"new", "t2"}});
  EXPECT_EQ(with_authorization(config, "Bearer t0"), "ok:old");
  EXPECT_EQ(with_authorization(config, "Bearer t1"), "expired_secret");
  EXPECT_EQ(with_authorization(config, "Bearer t2"), "ok:new");
  RawRequest request;
  request.headers = {{"Authorization", "Bearer t0"}};
  const Verdict later = verify(config, request, kNow + Millis(1));
  const auto& refusal = std::get<VerifyRefusal>(later);
  EXPECT_EQ(refusal.cause, RefusalCause::expired_secret);
  EXPECT_EQ(refusal.text, "secret \"old\" matches, but expired at 2023-11-14T22:13:20.000Z");
}

}  // namespace
}  // namespace fh
