// Whatever names a page or a file of this repository names one that is there.
#include <gtest/gtest.h>

#include <regex>

#include "unit/docs/page.h"

namespace fh::test {
namespace {

std::vector<std::filesystem::path> files_below(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(repository() / folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  return files;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> found_in(const std::string& text, const std::string& pattern) {
  std::vector<std::string> found;
  const std::regex regex(pattern);
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
    found.push_back((*match)[1]);
  return found;
}

TEST(Docs, EveryLinkLeadsSomewhere) {
  auto pages = files_below("docs");
  pages.push_back(repository() / "README.md");
  int links = 0;
  for (const auto& page : pages) {
    for (const std::string& target : found_in(text_of(page), R"(\]\(([^)#]+)[^)]*\))")) {
      EXPECT_TRUE(std::filesystem::exists(page.parent_path() / target)) << page << ": " << target;
      ++links;
    }
  }
  EXPECT_GT(links, 20);
}

TEST(Docs, EveryPageNamedInTheCodeIsThere) {
  int named = 0;
  for (const char* folder : {"host", "sdk", "plugins", "config", "docs"}) {
    for (const auto& file : files_below(folder)) {
      for (const std::string& page : found_in(text_of(file), R"((docs/[a-z0-9/-]+\.md))")) {
        EXPECT_TRUE(std::filesystem::exists(repository() / page)) << file << ": " << page;
        ++named;
      }
    }
  }
  EXPECT_GT(named, 5);
}

TEST(Docs, EveryPathInTheArchitectureIsThere) {
  const std::string text = text_of(repository() / "docs/architecture.md");
  for (const std::string& path : found_in(text, R"(`((host|plugins|sdk)/[a-z_/.-]+)`)"))
    EXPECT_TRUE(std::filesystem::exists(repository() / path)) << path;
}

}  // namespace
}  // namespace fh::test
