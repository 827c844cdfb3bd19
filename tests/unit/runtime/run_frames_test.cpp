// What a worker's last word about a run means.
#include "runtime/run_frames.h"

#include <gtest/gtest.h>

#include <limits>

namespace fh {
namespace {

TEST(RunOutcome, AWaitHasALongestAndASnoozeAShortest) {
  const auto wait = [](wire::RunOutcome kind, std::int64_t ms) {
    return outcome_of({7, kind, ms, ""}).after;
  };
  const auto longest = std::numeric_limits<std::int64_t>::max();
  for (const auto kind : {wire::RunOutcome::snooze, wire::RunOutcome::retry}) {
    EXPECT_EQ(wait(kind, longest), kLongestWait);
    EXPECT_EQ(wait(kind, 1500), Millis(1500));
  }
  EXPECT_EQ(wait(wire::RunOutcome::retry, -1), std::nullopt);
  EXPECT_EQ(wait(wire::RunOutcome::retry, 0), Millis(0)) << "it is charged, and so has an end";
  for (const int ms : {-1, 0, 999}) EXPECT_EQ(wait(wire::RunOutcome::snooze, ms), kShortestSnooze);
}

TEST(RunOutcome, AResultThatIsNoJsonIsLeftOutOfWorkThatIsDone) {
  const auto result = [](const char* text) {
    return outcome_of({7, wire::RunOutcome::done, -1, text}).text;
  };
  for (const char* text : {"", "null", R"({"a":[1]})"}) EXPECT_EQ(result(text), text);
  for (const char* text : {"{bad", "not json", "1 2"}) {
    const std::string note = result(text);
    EXPECT_EQ(note.find("\"the result of done() is left out, for it is no JSON: "), 0U) << note;
    EXPECT_EQ(outcome_of({7, wire::RunOutcome::done, -1, text}).kind, OutcomeKind::done);
  }
  EXPECT_EQ(outcome_of({7, wire::RunOutcome::fail, -1, "{bad"}).text, "{bad");
}

TEST(RunOutcome, AfterTheHostAskedForTheEndIsWhatWasAskedForUnlessTheWorkIsDecided) {
  const auto counts = [](OutcomeKind asked, const Outcome& said) {
    return end_that_counts({.kind = asked, .text = "why"}, said, false);
  };
  const Outcome retry{.kind = OutcomeKind::retry, .text = "own words", .after = Millis(7000)};
  for (const auto asked :
       {OutcomeKind::timed_out, OutcomeKind::interrupted, OutcomeKind::cancelled}) {
    EXPECT_EQ(counts(asked, {.kind = OutcomeKind::done, .text = "1"}).text, "1");
    EXPECT_EQ(counts(asked, {.kind = OutcomeKind::skipped}).kind, OutcomeKind::skipped);
    const Outcome ended = counts(asked, retry);
    EXPECT_EQ(ended.kind, asked);
    EXPECT_EQ(ended.text, "why; then it said retry: own words");
    EXPECT_EQ(ended.after, std::nullopt) << "the backoff decides";
    EXPECT_EQ(counts(asked, {.kind = OutcomeKind::snooze}).text, "why; then it said snooze");
  }
  const Outcome fail{.kind = OutcomeKind::fail, .text = "for good"};
  EXPECT_EQ(counts(OutcomeKind::timed_out, fail).kind, OutcomeKind::fail);
  EXPECT_EQ(counts(OutcomeKind::timed_out, fail).text, "for good");
  EXPECT_EQ(counts(OutcomeKind::interrupted, fail).kind, OutcomeKind::interrupted);
  EXPECT_EQ(counts(OutcomeKind::cancelled, fail).text, "why; then it said fail: for good");
}

TEST(RunOutcome, AFailOfWorkThatCannotBeKeptCountsForAnInterruptedRunToo) {
  const auto counts = [](OutcomeKind asked, OutcomeKind said) {
    return end_that_counts({.kind = asked, .text = "why"}, {.kind = said}, true).kind;
  };
  EXPECT_EQ(counts(OutcomeKind::interrupted, OutcomeKind::fail), OutcomeKind::fail);
  EXPECT_EQ(counts(OutcomeKind::interrupted, OutcomeKind::retry), OutcomeKind::interrupted);
  EXPECT_EQ(counts(OutcomeKind::cancelled, OutcomeKind::fail), OutcomeKind::cancelled);
}

TEST(RunOutcome, AReasonIsWholeAndNeverEmpty) {
  for (const auto kind : {wire::RunOutcome::retry, wire::RunOutcome::fail}) {
    EXPECT_EQ(outcome_of({7, kind, -1, std::string("before\0after", 12)}).text, "before?after");
    EXPECT_EQ(outcome_of({7, kind, -1, ""}).text, "the plugin gave no reason");
  }
}

}  // namespace
}  // namespace fh
