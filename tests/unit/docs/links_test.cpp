// Whatever names a page or a file of this repository names one that is there.
#include <gtest/gtest.h>

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

// The texts that follow `before` and reach up to the first character of `ends`.
std::vector<std::string> found_in(const std::string& text, const std::string& before,
                                  const std::string& ends) {
  std::vector<std::string> found;
  for (auto at = text.find(before); at != std::string::npos; at = text.find(before, at + 1)) {
    const auto start = at + before.size();
    const auto end = text.find_first_of(ends, start);
    if (end != std::string::npos && end > start) found.push_back(text.substr(start, end - start));
  }
  return found;
}

constexpr const char* kAfterAWord = " \n\t`'\"(),;:<>[]|*";

TEST(Docs, EveryLinkLeadsSomewhere) {
  auto pages = files_below("docs");
  pages.push_back(repository() / "README.md");
  int links = 0;
  for (const auto& page : pages) {
    for (const std::string& target : found_in(text_of(page), "](", "#)")) {
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
      for (std::string page : found_in(text_of(file), "docs/", kAfterAWord)) {
        if (page.ends_with('.')) page.pop_back();  // a sentence's end
        EXPECT_TRUE(std::filesystem::exists(repository() / "docs" / page)) << file << ": " << page;
        ++named;
      }
    }
  }
  EXPECT_GT(named, 5);
}

TEST(Docs, EveryPathInTheArchitectureIsThere) {
  const std::string text = text_of(repository() / "docs/architecture.md");
  for (const char* folder : {"host/", "plugins/", "sdk/"})
    for (const std::string& path : found_in(text, std::string("`") + folder, "`"))
      EXPECT_TRUE(std::filesystem::exists(repository() / folder / path)) << path;
}

}  // namespace
}  // namespace fh::test
