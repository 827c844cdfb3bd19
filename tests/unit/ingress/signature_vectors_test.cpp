// Every published vector, through the configuration and verify(), at the vector's own time.
#include "support/signature_vectors.h"

#include <gtest/gtest.h>

#include "ingress/sign.h"
#include "ingress/verify.h"

namespace fh {
namespace {

using test::SignatureVector;

TimePoint time_of(const SignatureVector& vector) {
  return vector.now_ms ? from_ms(*vector.now_ms) : SystemClock().now();
}

bool accepts(const SignatureVector& vector) {
  try {
    const VerifyConfig config = config_of(vector);
    return vector.is_about_secrets() ||
           std::holds_alternative<Verified>(verify(config, vector.request, time_of(vector)));
  } catch (const ConfigErrors&) {
    return false;  // an empty or malformed secret never gets so far
  }
}

class SignatureVectors : public testing::TestWithParam<SignatureVector> {};

TEST_P(SignatureVectors, IsJudgedAsPublished) { EXPECT_EQ(accepts(GetParam()), GetParam().valid); }

// What was changed on the way is refused, wherever it was.
TEST_P(SignatureVectors, IsRefusedOnceChanged) {
  SignatureVector changed = GetParam();
  if (!changed.valid || changed.is_about_secrets()) return;
  for (auto& [name, value] : changed.request.headers) {
    if (name == "Content-Type" || name == "X-HubSpot-Signature-Version") continue;
    const std::string before = value;
    value.resize(std::min(value.find(",v0="), value.size()));  // a version that nobody checks
    value.back() = value.back() == 'A' ? 'B' : 'A';
    EXPECT_FALSE(accepts(changed)) << name;
    value = before;
  }
  if (changed.scheme == "basic" || changed.scheme == "bearer") return;
  changed.request.body += "x";
  EXPECT_FALSE(accepts(changed)) << "body";
}

TEST_P(SignatureVectors, ExpandsToATemplateThatSaysTheSame) {
  SignatureVector expanded = GetParam();
  if (expanded.is_about_secrets() || !accepts(expanded)) return;
  const ConfigFile file;
  file.write("secret", expanded.secrets.at(0) + "\n");
  Json verify = expanded.verify;
  verify["secrets"] = {{{"name", "secret"}, {"from", "file:secret"}}};
  Json source = {{"name", "s"}, {"path", "/hook"}, {"sender", "hubspot"}, {"verify", verify}};
  if (!expanded.public_url.empty()) source["public_url"] = expanded.public_url;
  file.write("fieldhook.json", Json{{"sources", {source}}}.dump());
  expanded.verify = describe(file.load())["sources"][0]["verify"];
  expanded.verify.erase("secrets");
  // The preset's name no longer helps.
  if (expanded.verify.contains("signed")) expanded.verify["scheme"] = "signature";
  EXPECT_TRUE(accepts(expanded)) << expanded.verify;
}

TEST_P(SignatureVectors, IsSignedSoAgainByWhoHoldsTheSecret) {
  const SignatureVector& vector = GetParam();
  if (!vector.valid || vector.is_about_secrets()) return;
  const VerifyConfig config = config_of(vector);
  RawRequest request = vector.request;
  std::erase_if(request.headers, [](const auto& one) { return one.first != "Content-Type"; });
  const TimePoint now = time_of(vector);
  if (config.secrets[0].public_key) {
    EXPECT_THROW(sign(config, request, {now, "msg_1"}), HostError);
    return;
  }
  sign(config, request, {now, "msg_1"});
  EXPECT_TRUE(std::holds_alternative<Verified>(verify(config, request, now)));
}

TEST(SignatureVectorsFile, IsWholeAndOneSchemeOfItIsLeftOut) {
  EXPECT_EQ(test::signature_vectors().size(), 56u);
  EXPECT_THROW(test::load_verify({{"scheme", test::kUnsupportedScheme}}, {{"a", "k"}}),
               ConfigErrors);
}

INSTANTIATE_TEST_SUITE_P(Published, SignatureVectors, testing::ValuesIn(test::signature_vectors()),
                         [](const auto& param) { return test::name_of_vector(param.param); });

}  // namespace
}  // namespace fh
