// The rules of shape that a machine can hold: sizes of files, functions and lines, names that are
// used once, and which folder may include which.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = FIELDHOOK_SOURCE_DIR;
constexpr int kMostLines = 500;
constexpr std::size_t kMostFunctionLines = 70;
constexpr std::size_t kMostColumns = 100;

struct SourceFile {
  fs::path path;  // below the root
  std::vector<std::string> lines;
};

std::vector<SourceFile> sources_in(const std::vector<std::string>& folders) {
  static const std::set<std::string> kEndings = {".h", ".hpp", ".cpp", ".c"};
  std::vector<SourceFile> files;
  for (const std::string& folder : folders)
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      if (!entry.is_regular_file() || !kEndings.contains(entry.path().extension())) continue;
      SourceFile file{fs::relative(entry.path(), kRoot), {}};
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) file.lines.push_back(line);
      files.push_back(std::move(file));
    }
  EXPECT_GT(files.size(), 20u);
  return files;
}

// Characters, not bytes: a comment may hold an accent.
std::size_t columns(const std::string& line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::vector<std::string> quoted_includes(const SourceFile& file) {
  static const std::regex kInclude("^#include \"([^\"]+)\"");
  std::vector<std::string> includes;
  for (const std::string& line : file.lines) {
    std::smatch found;
    if (std::regex_search(line, found, kInclude)) includes.push_back(found[1]);
  }
  return includes;
}

// folder -> what it may include, read from host/CMakeLists.txt and made transitive.
std::map<std::string, std::set<std::string>> declared_arrows() {
  std::map<std::string, std::set<std::string>> arrows;
  std::ifstream in(kRoot / "host/CMakeLists.txt");
  static const std::regex kLibrary("^fieldhook_library\\((\\w+)(.*)\\)$");
  static const std::set<std::string> kKeywords = {"DEPENDS", "LIBRARIES"};
  for (std::string line; std::getline(in, line);) {
    std::smatch found;
    if (!std::regex_search(line, found, kLibrary)) continue;
    std::set<std::string>& allowed = arrows[found[1]];
    allowed.insert(found[1]);
    std::istringstream words(found[2]);
    bool depends = false;
    for (std::string word; words >> word;) {
      if (kKeywords.contains(word))
        depends = word == "DEPENDS";
      else if (depends)
        allowed.insert(arrows[word].begin(), arrows[word].end());
    }
  }
  arrows["worker"] = {"worker", "wire", "base"};
  // The store for what works without a host: a backup.
  arrows["cli"] = {"cli", "config", "domain", "base", "ingress", "runtime", "senders", "store"};
  return arrows;
}

TEST(Tidy, NoFileIsTooLongToReadInOneSitting) {
  for (const SourceFile& file : sources_in({"host", "sdk", "plugins", "tests"}))
    EXPECT_LE(file.lines.size(), kMostLines) << file.path;
}

// Of what stands `indent` blanks in and ends with a brace there: where it begins, and how many
// lines it has. A signature's further lines, and what is inside, stand further in.
std::map<std::size_t, std::size_t> blocks_in(const SourceFile& file, std::size_t indent) {
  std::map<std::size_t, std::size_t> blocks;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (line.find_first_not_of(' ') != indent || line[indent] == '#' || line[indent] == '/')
      continue;
    if (line.substr(indent) == "}") blocks[begin] = i + 1 - begin;
    begin = i;
  }
  return blocks;
}

TEST(Tidy, NoFunctionIsTooLongToReadAtAGlance) {
  static const std::regex kTable("\\b(commands|deeds|rows)\\(\\) \\{$");
  std::size_t seen = 0;
  for (const SourceFile& file : sources_in({"host", "sdk", "plugins", "tests"}))
    for (const std::size_t indent : {0U, 2U})  // alone, or in a class
      for (const auto& [begin, size] : blocks_in(file, indent)) {
        ++seen;
        const std::string& line = file.lines[begin];
        if (line.find('(') == std::string::npos || std::regex_search(line, kTable)) continue;
        EXPECT_LE(size, kMostFunctionLines) << file.path << ":" << begin + 1 << ": " << line;
      }
  EXPECT_GT(seen, 1'000U);
}

TEST(Tidy, NoLineIsWiderThanThePage) {
  for (const SourceFile& file : sources_in({"host", "sdk", "plugins", "tests"}))
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      EXPECT_LE(columns(file.lines[i]), kMostColumns) << file.path << ":" << i + 1;
}

TEST(Tidy, AFileNameUnderHostIsUsedOnce) {
  std::map<std::string, fs::path> seen;
  for (const SourceFile& file : sources_in({"host"})) {
    const auto [place, fresh] = seen.emplace(file.path.filename(), file.path);
    EXPECT_TRUE(fresh) << file.path << " and " << place->second;
  }
}

TEST(Tidy, NoFileHasANameThatSaysNothing) {
  static const std::set<std::string> kEmptyNames = {"common", "util",    "utils", "helpers",
                                                    "types",  "manager", "misc"};
  for (const SourceFile& file : sources_in({"host", "sdk", "plugins"}))
    EXPECT_FALSE(kEmptyNames.contains(file.path.stem())) << file.path;
}

TEST(Tidy, IncludesRunOneWay) {
  const auto arrows = declared_arrows();
  for (const SourceFile& file : sources_in({"host"})) {
    const auto folder = std::next(file.path.begin())->string();
    if (!arrows.contains(folder)) continue;  // daemon and main put all of them together
    for (const std::string& include : quoted_includes(file)) {
      const std::string to = include.substr(0, include.find('/'));
      EXPECT_TRUE(arrows.at(folder).contains(to))
          << file.path << " includes " << include << ", but " << folder << " may not see " << to;
    }
  }
}

// Of the standard library's headers, which have neither a folder nor an ending, none that does I/O.
TEST(Tidy, DomainSeesNoLibraryButJson) {
  static const std::regex kInclude("^#include <(.*)>");
  static const std::regex kAllowed("(?!iostream|fstream|cstdio|filesystem|thread)\\w+");
  for (const SourceFile& file : sources_in({"host"})) {
    if (!file.path.string().starts_with("host/domain")) continue;
    for (const std::string& line : file.lines) {
      std::smatch found;
      if (!std::regex_search(line, found, kInclude)) continue;
      EXPECT_TRUE(std::regex_match(found[1].str(), kAllowed)) << file.path << ": " << line;
    }
  }
}

TEST(Tidy, SqlStandsInTheStoreOnly) {
  static const std::regex kSql("\"(SELECT|INSERT|UPDATE|DELETE FROM|CREATE TABLE) ");
  for (const SourceFile& file : sources_in({"host"})) {
    if (file.path.string().starts_with("host/store")) continue;
    for (const std::string& line : file.lines)
      EXPECT_FALSE(std::regex_search(line, kSql)) << file.path << ": " << line;
  }
}

TEST(Tidy, TheSdkAndPluginsSeeNothingOfTheHost) {
  std::set<std::string> host_folders;
  for (const auto& entry : fs::directory_iterator(kRoot / "host"))
    if (entry.is_directory()) host_folders.insert(entry.path().filename());
  for (const SourceFile& file : sources_in({"sdk", "plugins"}))
    for (const std::string& include : quoted_includes(file))
      EXPECT_FALSE(host_folders.contains(include.substr(0, include.find('/'))))
          << file.path << " includes " << include;
}

}  // namespace
