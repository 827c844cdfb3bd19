#include "domain/manifest.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

TEST(Manifest, ReadsEverything) {
  const auto parsed = manifest_from_text(
      R"({"name":"issue-certificate","version":"1.0.0","description":"d","max_attempts":3,
          "timeout_ms":1000,"backoff_ms":10,"backoff_max_ms":20,"slots":2,"ordering":"none",
          "watches":[{"record":"contact","field":"f","becomes":["Passed"]}]})");
  EXPECT_TRUE(parsed.mistakes.empty());
  const Manifest& m = parsed.manifest;
  EXPECT_EQ(m.name, "issue-certificate");
  EXPECT_EQ(m.max_attempts, 3);
  EXPECT_EQ(m.slots, 2);
  EXPECT_EQ(m.timeout, std::chrono::seconds(1));
  EXPECT_FALSE(m.serial);
  EXPECT_EQ(m.watches.size(), 1u);
}

TEST(Manifest, NameAloneIsEnough) {
  const auto parsed = manifest_from_text(R"({"name":"a"})");
  EXPECT_TRUE(parsed.mistakes.empty());
  EXPECT_TRUE(parsed.manifest.serial);
  EXPECT_FALSE(parsed.manifest.max_attempts);
}

TEST(Manifest, NameIsWhatThePluginGuideSays) {
  for (const std::string& name : {std::string("a"), std::string("_x"), std::string("0.a-b_c"),
                                  std::string(kMaxPluginName, 'z')})
    EXPECT_TRUE(is_plugin_name(name)) << name;
  for (const std::string& name :
       {std::string(), std::string("-a"), std::string(".a"), std::string("A"), std::string("a b"),
        std::string("a/b"), std::string("a\0", 2), std::string(kMaxPluginName + 1, 'z')})
    EXPECT_FALSE(is_plugin_name(name)) << name;
}

TEST(Manifest, ListsEveryMistakeAtOnce) {
  const auto parsed = manifest_from_text(
      R"({"name":"Bad Name","version":1,"max_attempts":0,"timeout_ms":"1s","ordering":"fifo",
          "nmae":1,
          "watches":[{"record":"contact"},{"record":"contact","field":"f","clears":true}]})");
  EXPECT_EQ(parsed.mistakes.size(), 7u);
}

TEST(Manifest, NamesTheLimitsOfANumber) {
  for (const char* value : {"0", "-1", "1.5", "2147483648", "\"1\""}) {
    const auto parsed =
        manifest_from_text(std::string(R"({"name":"a","backoff_max_ms":)") + value + "}");
    ASSERT_EQ(parsed.mistakes.size(), 1u) << value;
    EXPECT_EQ(parsed.mistakes[0], "\"backoff_max_ms\" must be a whole number from 1 to 2147483647");
  }
}

TEST(Manifest, RefusesAFirstWaitAboveTheLongest) {
  const auto parsed = manifest_from_text(R"({"name":"a","backoff_ms":20,"backoff_max_ms":10})");
  EXPECT_EQ(parsed.mistakes,
            std::vector<std::string>{"\"backoff_max_ms\" is less than \"backoff_ms\""});
}

TEST(Manifest, RefusesWhatIsNoManifest) {
  for (const char* text : {"", "[]", "{", "null", R"({"name":"a","name":"b"})", R"({})",
                           R"({"name":"../x"})", R"({"name":".x"})"})
    EXPECT_FALSE(manifest_from_text(text).mistakes.empty()) << text;
  EXPECT_FALSE(manifest_from_text(std::string(kMaxManifestBytes + 1, ' ')).mistakes.empty());
}

}  // namespace
}  // namespace fh
