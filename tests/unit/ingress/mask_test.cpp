#include "ingress/mask.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace fh {
namespace {

TEST(MaskedHead, IsJsonWhateverStandsInIt) {
  RawRequest request;
  request.headers = {{"Host", "a"},
                     {"X-Note", "a \"quoted\" \\ line\twith ü"},
                     {"X-Broken", "a\xff"},
                     {"X-Empty", ""}};
  VerifyConfig verify;
  verify.scheme = HeaderToken{"X-Token", ""};
  EXPECT_EQ(Json::parse(masked_head(request, verify)),
            Json::parse(R"([["Host","a"],["X-Note","a \"quoted\" \\ line\twith ü"],
                            ["X-Broken","a\ufffd"],["X-Empty",""]])"));
  request.headers = {};
  EXPECT_EQ(masked_head(request, verify), "[]");
}

TEST(MaskedHead, ShowsNoCredential) {
  RawRequest request;
  request.headers = {
      {"authorization", "Bearer s3cret"}, {"x-token", "s3cret"}, {"X-Other", "seen"}};
  VerifyConfig verify;
  verify.scheme = HeaderToken{"X-Token", ""};
  const std::string head = masked_head(request, verify);
  EXPECT_EQ(head.find("s3cret"), std::string::npos);
  EXPECT_NE(head.find("seen"), std::string::npos);
}

VerifyConfig token_source(const VerifyScheme& scheme, const std::string& secret) {
  VerifyConfig verify;
  verify.scheme = scheme;
  verify.secrets.push_back({"one", SecretRef(SecretRef::Kind::env, "TOKEN"), secret});
  return verify;
}

RawRequest request_to(const std::string& path, const std::string& query, Headers headers) {
  RawRequest request;
  request.path = path;
  request.query = query;
  request.headers = std::move(headers);
  return request;
}

// A proxy adds the URL it was asked for, and browsers and senders add their own.
TEST(MaskedHead, ShowsNoCopyOfATokenInAnyHeader) {
  const struct {
    const char* name;
    VerifyScheme scheme;
    RawRequest request;
  } cases[] = {
      {"query", QueryToken{"token"},
       request_to("/in", "token=s3cret%2Ftoken",
                  {{"X-Original-URL", "https://h/in?token=s3cret%2Ftoken&a=1"},
                   {"Referer", "https://h/in?token=%73%33cret%2ftoken"},
                   {"X-Decoded", "/in?token=s3cret/token"},
                   {"X-Stray-Percent", "/in?token=s3cret%2ftoken&n=100%&m=50%o"}})},
      {"path", PathToken{"/in"},
       request_to("/in/s3cret%2Ftoken", "", {{"X-Forwarded-Uri", "/in/s3cret%2Ftoken"}})},
      {"header", HeaderToken{"X-Token", "T "},
       request_to("/in", "", {{"X-Token", "T s3cret/token"}, {"X-Copy", "s3cret/token"}})},
      {"bearer", BearerToken{},
       request_to("/in", "", {{"X-Authorization", "Bearer s3cret/token"}})},
      {"basic", BasicPassword{"crm"},
       request_to("/in", "",
                  {{"Authorization", "Basic Y3JtOnMzY3JldC90b2tlbg=="},
                   {"X-Original-Authorization", "Basic Y3JtOnMzY3JldC90b2tlbg=="}})},
      {"body", BodyToken{"/token"}, request_to("/in", "", {{"X-Token", "s3cret/token"}})},
  };
  for (const auto& one : cases) {
    RawRequest request = one.request;
    request.headers.emplace_back("X-Other", "seen");
    const Json head = Json::parse(masked_head(request, token_source(one.scheme, "s3cret/token")));
    for (std::size_t i = 0; i + 1 < head.size(); ++i)
      EXPECT_EQ(head[i][1], "***") << one.name << ": " << head[i];
    EXPECT_EQ(head.back()[1], "seen") << one.name;
  }
}

// It may be yesterday's secret, or another system's.
TEST(MaskedHead, ShowsNoCopyOfATokenThatIsNotTheSources) {
  const VerifyConfig verify = token_source(PathToken{"/in"}, "s3cret");
  RawRequest request;
  request.path = "/in/yesterday%27s";
  request.headers = {{"X-Original-URL", "https://h/in/yesterday%27s"},
                     {"X-Real", "/in/yesterday's"},
                     {"X-Good", "/in/s3cret"},
                     {"Host", "h"}};
  EXPECT_EQ(masked_head(request, verify), R"([["X-Original-URL","***"],["X-Real","***"],)"
                                          R"(["X-Good","***"],["Host","h"]])");
}

TEST(MaskedHead, KnowsATokenFromFourBytesOn) {
  const VerifyConfig verify = token_source(PathToken{"/in"}, "s3cret");
  EXPECT_EQ(masked_head(request_to("/in/four", "", {{"X-Copy", "is four"}}), verify),
            R"([["X-Copy","***"]])");
  EXPECT_EQ(masked_head(request_to("/in/few", "", {{"X-Copy", "is few"}}), verify),
            R"([["X-Copy","is few"]])");
}

// Of a long one the beginning is looked for, so that no stranger makes the search long.
TEST(MaskedHead, ShowsNothingThatBeginsAsALongToken) {
  const std::string begin(64, 'a');
  RawRequest request;
  request.headers = {{"X-Token", begin + std::string(8'000, 'a') + "b"},
                     {"X-Copy", "is " + begin + "c"},
                     {"X-Less", begin.substr(1)}};
  EXPECT_EQ(masked_head(request, token_source(HeaderToken{"X-Token", ""}, "s3cret")),
            R"([["X-Token","***"],["X-Copy","***"],["X-Less",")" + begin.substr(1) + R"("]])");
}

TEST(MaskedHead, ShowsNoHeaderThatIsNamedBesides) {
  RawRequest request;
  request.headers = {{"x-token", "s3cret"}, {"Host", "h"}};
  EXPECT_EQ(masked_head(request, {}, 1024, {"X-Key", "X-Token"}),
            R"([["x-token","***"],["Host","h"]])");
}

TEST(MaskedHead, StaysWithinALimit) {
  constexpr std::size_t kMost = 1024;
  RawRequest request;
  request.headers = {{"X-Long", std::string(15'000, '\xff')}, {"Host", "a"}};
  const VerifyConfig verify = token_source(QueryToken{"token"}, "s3cret");
  Json head = Json::parse(masked_head(request, verify, kMost));
  ASSERT_EQ(head.size(), 2U);
  EXPECT_TRUE(head[0][1].get<std::string>().ends_with("...")) << head;
  EXPECT_EQ(head[1], Json({"Host", "a"}));
  for (const std::size_t size : {0U, 1U, 60U, 64U, 65U, 4000U}) {
    request.headers.assign(90, {"X-" + std::string(size, 'n'), std::string(size, 'v')});
    const std::string text = masked_head(request, verify, kMost);
    EXPECT_LE(text.size(), kMost);
    head = Json::parse(text);
    const bool all = head.size() == 90;
    EXPECT_EQ(head.back(),
              all ? Json({"X-", ""}) : Json({"...", std::to_string(91 - head.size()) + " more"}));
  }
}

}  // namespace
}  // namespace fh
