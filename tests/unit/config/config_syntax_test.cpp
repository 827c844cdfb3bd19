// Files that are no JSON, and those that cannot be read.
#include <gtest/gtest.h>

#include "config_file.h"

namespace fh {
namespace {

std::vector<std::string> mistakes_in(const std::string& text) {
  return ConfigFile(text).mistakes();
}

TEST(ConfigSyntax, ErrorsGiveLineAndColumn) {
  const auto mistakes = mistakes_in("{\n  // fine\n  \"log\": {\"level\" \"hunter2\"}\n}");
  ASSERT_EQ(mistakes.size(), 1u);
  EXPECT_NE(mistakes[0].find("fieldhook.json: line 3, column 27: "), std::string::npos)
      << mistakes[0];
  EXPECT_EQ(mistakes[0].find("hunter2"), std::string::npos)
      << "a piece of a secret may stand there";
}

TEST(ConfigSyntax, RefusesWhatIsNoText) {
  EXPECT_EQ(mistakes_in(std::string("{}\0{}", 5)).size(), 1u);
  EXPECT_EQ(mistakes_in("{\"log\": {\"level\": \"\xff\"}}").size(), 1u);
  EXPECT_EQ(mistakes_in("").size(), 1u);
  std::string large(2 * 1024 * 1024, ' ');
  EXPECT_EQ(mistakes_in(large += "{}").size(), 1u);
  const auto deep = mistakes_in(std::string(100, '[') + std::string(100, ']'));
  ASSERT_EQ(deep.size(), 1u);
  EXPECT_TRUE(deep[0].ends_with("nested deeper than 64 levels")) << deep[0];
}

TEST(ConfigSyntax, FindsRepeatedKeysInLists) {
  EXPECT_EQ(
      mistakes_in(R"({"plugins": {"settings": {"p": {"a": [[1], {"k": 1, "k": 2}]}}}})"),
      std::vector{std::string("config: plugins.settings.p.a[1].k stands twice in one object")});
}

TEST(ConfigFileErrors, NameTheFile) {
  const ConfigFile file;
  for (const auto& path : {file.folder() / "nowhere.json", file.folder()}) {
    try {
      load_config(path);
      FAIL() << path << " loaded";
    } catch (const ConfigErrors& errors) {
      EXPECT_TRUE(std::string(errors.what()).starts_with("config: cannot read " + path.string()));
    }
  }
}

}  // namespace
}  // namespace fh
