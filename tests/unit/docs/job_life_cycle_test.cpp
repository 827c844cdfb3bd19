// Holds the tables of docs/job-life-cycle.md to the code.
#include <gtest/gtest.h>

#include <set>

#include "domain/job.h"
#include "unit/docs/page.h"

namespace fh {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow{Millis(1'000'000)};
constexpr Millis kAsked = 7s;
constexpr BackoffPolicy kBackoff{20s, 1h};

// A row of the first table.
struct Row {
  Outcome outcome;
  std::string charged;
  std::string maximum;
  JobState then = JobState::available;
  JobState at_maximum = JobState::available;
  std::string due;
};

Row read_row(const std::vector<std::string>& cells) {
  Row row;
  row.outcome.kind = outcome_kind_from(cells.at(0)).value();
  row.charged = cells.at(1);
  row.maximum = cells.at(2);
  row.then = job_state_from(cells.at(3)).value();
  row.at_maximum = cells.at(4).empty() ? row.then : job_state_from(cells.at(4)).value();
  row.due = cells.at(5);
  return row;
}

std::vector<Row> rows() {
  std::vector<Row> rows;
  for (const auto& cells : test::Page("docs/job-life-cycle.md").table("outcome"))
    rows.push_back(read_row(cells));
  return rows;
}

// One more charge than `counters` makes it the last.
JobCounters almost_out() {
  JobCounters counters;
  counters.attempts = counters.max_attempts - 1;
  counters.crashes = kMaxCrashes - 1;
  counters.lost = kMaxLost - 1;
  return counters;
}

std::string charged(const JobCounters& before, const JobCounters& after) {
  std::string names;
  if (after.attempts == before.attempts + 1) names += "attempts";
  if (after.crashes == before.crashes + 1) names += "crashes";
  if (after.lost == before.lost + 1) names += "lost";
  return names;
}

std::string maximum_of(const std::string& counter) {
  if (counter == "attempts") return "max_attempts";
  if (counter == "crashes") return std::to_string(kMaxCrashes);
  return std::to_string(kMaxLost);
}

std::string due_after(TimePoint run_at) {
  if (run_at == kNow) return "now";
  if (run_at == kNow + kAsked) return "after the time it asked for";
  if (run_at == kNow + kBackoff.first) return "after the backoff";
  return "at another time";
}

TEST(JobLifeCyclePage, HasEachOutcomeOnce) {
  std::set<OutcomeKind> kinds;
  for (const Row& row : rows()) EXPECT_TRUE(kinds.insert(row.outcome.kind).second);
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(OutcomeKind::cancelled) + 1);
}

TEST(JobLifeCyclePage, SaysWhatTheCodeDoes) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(name_of(row.outcome.kind));
    const auto next = after_run({}, row.outcome, kBackoff, kNow, 0);
    EXPECT_EQ(next.state, row.then);
    EXPECT_EQ(charged({}, next.counters), row.charged);
    const auto last = after_run(almost_out(), row.outcome, kBackoff, kNow, 0);
    EXPECT_EQ(last.state, row.at_maximum);
    EXPECT_EQ(charged(almost_out(), last.counters), row.charged);
    if (row.at_maximum != row.then) {
      EXPECT_EQ(maximum_of(row.charged), row.maximum);
    }
  }
}

TEST(JobLifeCyclePage, SaysWhenTheJobIsDue) {
  for (Row row : rows()) {
    SCOPED_TRACE(name_of(row.outcome.kind));
    if (is_final(row.then)) {
      EXPECT_EQ(row.due, "");
      continue;
    }
    const bool may_ask = row.due.starts_with("after the time it asked for");
    if (may_ask) {
      row.outcome.after = kAsked;
      EXPECT_EQ(due_after(after_run({}, row.outcome, kBackoff, kNow, 0).run_at),
                "after the time it asked for");
      row.outcome.after.reset();
    }
    const std::string otherwise = row.due.ends_with("else the backoff") ? "after the backoff"
                                  : may_ask                             ? "now"
                                                                        : row.due;
    EXPECT_EQ(due_after(after_run({}, row.outcome, kBackoff, kNow, 0).run_at), otherwise);
  }
}

TEST(JobLifeCyclePage, NamesOnlyStatesThereAre) {
  for (const auto& cells : test::Page("docs/job-life-cycle.md").table("from")) {
    EXPECT_TRUE(job_state_from(cells.at(2))) << cells.at(2);
    std::string from = cells.at(0) == "(new)" ? "" : cells.at(0);
    while (!from.empty()) {
      const auto comma = from.find(", ");
      EXPECT_TRUE(job_state_from(from.substr(0, comma))) << from;
      from = comma == std::string::npos ? "" : from.substr(comma + 2);
    }
  }
}

}  // namespace
}  // namespace fh
