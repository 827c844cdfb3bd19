// Holds the table of presets in docs/verification.md to what the presets say.
#include <gtest/gtest.h>

#include "config/signature_template.h"
#include "unit/docs/page.h"

namespace fh {
namespace {

std::string format_text(const SignatureTemplate& preset) {
  std::string text = name_in(format_names(), preset.format);
  for (const std::string& part : {preset.prefix, preset.label, preset.ed25519_label})
    if (!part.empty()) text += " " + part;
  return text;
}

std::string timestamp_text(const SignatureTemplate& preset) {
  if (!preset.has_timestamp()) return "";
  const std::string& place =
      preset.timestamp_header.empty() ? preset.timestamp_label : preset.timestamp_header;
  return place + ", " + name_in(unit_names(), preset.unit);
}

TEST(VerificationPage, ShowsEachPresetAsItIs) {
  std::vector<std::string> shown = {"signature"};  // whose point is to say nothing
  for (const auto& row : test::Page("docs/verification.md").table("scheme")) {
    const auto preset = signature_preset(row.at(0));
    ASSERT_TRUE(preset) << row.at(0);
    shown.push_back(preset->scheme);
    EXPECT_EQ(row.at(1), preset->signed_text) << preset->scheme;
    EXPECT_EQ(row.at(2), name_in(algorithm_names(), preset->algorithm)) << preset->scheme;
    EXPECT_EQ(row.at(3), preset->header.empty() ? "the source says" : preset->header);
    EXPECT_EQ(row.at(4), format_text(*preset)) << preset->scheme;
    EXPECT_EQ(row.at(5), name_in(encoding_names(), preset->encoding)) << preset->scheme;
    EXPECT_EQ(row.at(6), timestamp_text(*preset)) << preset->scheme;
    EXPECT_EQ(row.at(7), name_in(secret_encoding_names(), preset->secret_encoding));
    EXPECT_EQ(preset->tolerance, std::chrono::minutes(5));
  }
  auto known = signature_presets();
  std::sort(known.begin(), known.end());
  std::sort(shown.begin(), shown.end());
  EXPECT_EQ(shown, known);
}

}  // namespace
}  // namespace fh
