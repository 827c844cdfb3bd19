// What the crash test looks for it does find: traces with one thing wrong.
#include "crash/trace.h"

#include <gtest/gtest.h>

namespace fh::test {
namespace {

using Lines = std::vector<TraceLine>;

Snapshot stored(std::int64_t job, std::vector<std::string> outcomes) {
  Snapshot snapshot;
  SeenJob row;
  row.id = job;
  row.state = "completed";
  snapshot.jobs[job] = {row};
  for (std::string& outcome : outcomes) snapshot.runs[job].push_back({1, outcome, true});
  snapshot.steps[{job, "step"}].result = "null";
  return snapshot;
}

Lines run_of(std::int64_t job, int run, int value = 1) {
  Lines lines;
  for (const char* what : {"start", "once", "once-kept", "step", "step-kept", "end"})
    lines.push_back({what, job, run, "r", value});
  return lines;
}

std::string first_fault(const Lines& trace, const Snapshot& snapshot) {
  const auto faults = faults_of(trace, snapshot, {});
  return faults.empty() ? "" : faults[0].substr(0, faults[0].find(':'));
}

TEST(Trace, OfARunThatIsWholeHasNoFault) {
  EXPECT_EQ(first_fault(run_of(1, 1), stored(1, {"done"})), "");
}

TEST(Trace, OfARunThatWasKilledAndRunAgainHasNoFault) {
  const Lines trace = {{"start", 1, 1, "r", 1},     {"once", 1, 1, "r", 1},
                       {"start", 1, 2, "r", 1},     {"once", 1, 2, "r", 1},
                       {"once-kept", 1, 2, "r", 1}, {"step", 1, 2, "r", 1},
                       {"step-kept", 1, 2, "r", 1}, {"end", 1, 2, "r", 1}};
  EXPECT_EQ(first_fault(trace, stored(1, {"lost", "done"})), "");
}

TEST(Trace, ShowsARunThatGoesOnWhileAnotherOfItsRecordRuns) {
  Lines trace = run_of(1, 1);
  trace.insert(trace.begin() + 2, {"start", 2, 1, "r", 2});
  EXPECT_EQ(first_fault(trace, stored(1, {"done"})), "overlap");
}

TEST(Trace, ShowsARecordsValuesOutOfTheirOrder) {
  Lines trace = run_of(2, 1, 2);
  const Lines late = run_of(1, 1, 1);
  trace.insert(trace.end(), late.begin(), late.end());
  auto snapshot = stored(1, {"done"});
  snapshot.runs[2] = {{1, "done", true}};
  EXPECT_EQ(first_fault(trace, snapshot), "order");
  EXPECT_EQ(faults_of(trace, snapshot, {1}), std::vector<std::string>())
      << "a job that was sent again has left its place";
}

TEST(Trace, ShowsAnEffectThatIsRepeatedAfterItWasKept) {
  for (const char* what : {"once", "step"}) {
    Lines trace = run_of(1, 1);
    trace.push_back({"start", 1, 2, "r", 1});
    trace.push_back({what, 1, 2, "r", 1});
    EXPECT_EQ(first_fault(trace, stored(1, {"lost", "done"})), what);
  }
}

TEST(Trace, ShowsARunAfterTheOneThatWasDone) {
  EXPECT_EQ(first_fault(run_of(1, 1), stored(1, {"done", "done"})), "final");
}

TEST(Trace, ShowsARunThatTheStoreDoesNotKnow) {
  EXPECT_EQ(first_fault(run_of(1, 2), stored(1, {"done"})), "unknown to the store");
}

TEST(Trace, ShowsACompletedJobThatLeftSomethingUndone) {
  Lines trace = run_of(1, 1);
  trace.erase(trace.begin() + 3);
  EXPECT_EQ(first_fault(trace, stored(1, {"done"})), "undone");
}

}  // namespace
}  // namespace fh::test
