// Holds docs/guarantees.md to its word that a test stands behind each promise.
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "unit/docs/page.h"

namespace fh::test {
namespace {

// "Suite.Name" of every test there is.
std::set<std::string> all_tests() {
  std::set<std::string> tests;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(repository() / "tests")) {
    if (entry.path().extension() != ".cpp") continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (auto at = text.find("\nTEST"); at != std::string::npos; at = text.find("\nTEST", at + 1)) {
      const auto open = text.find('(', at);
      const auto comma = text.find(", ", open);
      const auto close = text.find(')', open);
      if (close == std::string::npos || comma > close) continue;
      // The layout may have put the name on a line of its own.
      std::istringstream name(text.substr(comma + 1, close - comma - 1));
      std::string word;
      name >> word;
      tests.insert(text.substr(open + 1, comma - open - 1) + "." + word);
    }
  }
  return tests;
}

std::vector<std::string> named_in(std::string cell) {
  std::vector<std::string> names;
  while (!cell.empty()) {
    const auto comma = cell.find(", ");
    const std::string name = cell.substr(0, comma);
    names.push_back(name.substr(name.find('/') + 1));  // without the instantiation
    cell = comma == std::string::npos ? "" : cell.substr(comma + 2);
  }
  return names;
}

TEST(Guarantees, EachIsHeldByTestsThereAre) {
  const auto tests = all_tests();
  ASSERT_TRUE(tests.contains("Guarantees.EachIsHeldByTestsThereAre"));
  const auto rows = Page("docs/guarantees.md").table("promise");
  EXPECT_GT(rows.size(), 15U);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 3U) << row.at(0);
    EXPECT_FALSE(row[2].empty()) << row[0];
    for (const std::string& name : named_in(row[2])) EXPECT_TRUE(tests.contains(name)) << name;
  }
}

}  // namespace
}  // namespace fh::test
