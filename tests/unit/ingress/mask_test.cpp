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

}  // namespace
}  // namespace fh
