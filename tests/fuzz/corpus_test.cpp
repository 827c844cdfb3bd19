// Every target over its committed corpus: what the fuzzer found worth keeping, and each input that
// once broke something.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "fuzz/fuzz_target.h"

namespace fh::fuzz {

static void PrintTo(const Target& target, std::ostream* out) { *out << target.name; }

namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(FIELDHOOK_SOURCE_DIR) / "tests/fuzz";

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class FuzzCorpus : public ::testing::TestWithParam<Target> {};

TEST_P(FuzzCorpus, HoldsWhatTheTargetSays) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(kFolder / "corpus" / GetParam().name)) {
    const std::string bytes = content_of(entry.path());
    EXPECT_NO_THROW(GetParam().run(Input(bytes))) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 3U) << "a corpus that says next to nothing";
}

INSTANTIATE_TEST_SUITE_P(Each, FuzzCorpus, ::testing::ValuesIn(targets()),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(FuzzTargets, AreNamedAsTheirFilesAndTheirCorporaAre) {
  std::set<std::string> names;
  for (const Target& target : targets()) names.insert(target.name);
  std::set<std::string> files;
  for (const auto& entry : fs::directory_iterator(kFolder))
    if (entry.path().extension() == ".cpp" && entry.path().stem() != "corpus_test" &&
        entry.path().stem() != "libfuzzer_entry")
      files.insert(entry.path().stem());
  std::set<std::string> corpora;
  for (const auto& entry : fs::directory_iterator(kFolder / "corpus"))
    corpora.insert(entry.path().filename());
  EXPECT_EQ(names, files);
  EXPECT_EQ(names, corpora);
  EXPECT_GE(names.size(), 20U);
}

TEST(FuzzTargets, FailWhenSomethingDoesNotHold) { EXPECT_THROW(MUST_HOLD(1 > 2), DoesNotHold); }

}  // namespace
}  // namespace fh::fuzz
