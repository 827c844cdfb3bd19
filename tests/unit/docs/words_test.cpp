// Holds docs/words.md to the code: each state and outcome that people meet is explained, once.
#include <gtest/gtest.h>

#include "domain/job.h"
#include "unit/docs/page.h"

namespace fh {
namespace {

std::vector<std::string> explained(const std::string& first_header) {
  std::vector<std::string> words;
  for (const auto& cells : test::Page("docs/words.md").table(first_header)) {
    words.push_back(cells.at(0));
    EXPECT_FALSE(cells.at(1).empty()) << words.back();
  }
  return words;
}

TEST(WordsPage, HasEachStateOfAJob) {
  std::vector<std::string> states;
  for (int state = 0; state < kJobStates; ++state)
    states.emplace_back(name_of(static_cast<JobState>(state)));
  EXPECT_EQ(explained("state of a job"), states);
}

TEST(WordsPage, HasEachOutcomeOfARun) {
  std::vector<std::string> outcomes;
  for (int kind = 0; kind <= static_cast<int>(OutcomeKind::cancelled); ++kind)
    outcomes.emplace_back(name_of(static_cast<OutcomeKind>(kind)));
  EXPECT_EQ(explained("outcome of a run"), outcomes);
}

}  // namespace
}  // namespace fh
