// What the SDK makes of a plugin author's slips: a real worker, the test at the host's end.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "live_worker.h"

namespace fh::test {
namespace {

using Json = nlohmann::json;
using wire::CallMethod;
using wire::CallStatus;
using wire::RunOutcome;

struct Slips : Started {
  Slips() : Started("slips.so") {}

  /// How the run ends whose one step finds that stored.
  wire::Finished finds(const std::string& deed, const std::string& stored) {
    send(work(deed));
    answer(expect_call(CallMethod::step_begin), CallStatus::done_before, 0, stored);
    return expect<wire::Finished>();
  }
  /// Lets the one step of the deed do its work and gives how the run ends; an abandon is an error.
  wire::Finished does(const std::string& deed) {
    send(work(deed));
    answer(expect_call(CallMethod::step_begin), CallStatus::ok, 11);
    return expect<wire::Finished>();
  }
};

constexpr const char* kNotStored =
    "step \"name\": its work was done, but its result cannot be stored, and a retry would do the "
    "work again: ";

TEST(WorkerSlips, AResultThatCannotBeStoredFailsTheJobSinceARetryWouldRepeatTheWork) {
  Slips worker;
  const std::pair<const char*, std::string> slips[] = {
      {"null-pointer", "it is a null pointer"},
      {"unsayable", "the plugin threw something that is no std::exception"},
      {"nan", "null, which is of another type (NaN is null in JSON)"}};
  for (const auto& [deed, why] : slips) {
    const auto finished = worker.does(deed);
    EXPECT_EQ(finished.outcome, RunOutcome::fail) << deed;
    EXPECT_EQ(finished.text, kNotStored + why);
  }
  for (const auto status : {CallStatus::conflict, CallStatus::failed, CallStatus::refused}) {
    worker.send(work("int"));
    worker.answer(worker.expect_call(CallMethod::step_begin), CallStatus::ok, 11);
    worker.answer(worker.expect_call(CallMethod::commit), status, 0, "because");
    const auto finished = worker.expect<wire::Finished>();
    EXPECT_EQ(finished.outcome, RunOutcome::fail);
    EXPECT_EQ(finished.text, std::string(kNotStored) + "because");
  }
}

TEST(WorkerSlips, ANameThatIsFarTooLongLeavesRoomForTheReason) {
  Slips worker;
  worker.send(work("long-name"));
  worker.answer(worker.expect_call(CallMethod::step_begin), CallStatus::too_large, 0, "too long");
  const auto finished = worker.expect<wire::Finished>();
  EXPECT_EQ(finished.outcome, RunOutcome::fail);
  EXPECT_EQ(finished.text, "step \"é" + std::string(98, 'n') + "...\": too long");
}

TEST(WorkerSlips, AThreadThatReadsAStreamHoldsUpNoEnd) {
  Slips worker;
  worker.send(work("leave-reading"));
  EXPECT_EQ(worker.expect<wire::Finished>().outcome, RunOutcome::done);
}

TEST(WorkerSlips, AResultIsTheSameTheFirstTimeAsWhenItIsReadBack) {
  Slips worker;
  worker.send(work("not-utf8"));
  worker.answer(worker.expect_call(CallMethod::step_begin), CallStatus::ok, 11);
  const auto commit = worker.expect_call(CallMethod::commit);
  worker.answer(commit, CallStatus::ok);
  const auto first = worker.expect<wire::Finished>();
  EXPECT_EQ(first.text, "\"\uFFFD!\"");
  EXPECT_EQ(worker.finds("not-utf8", commit.payload).text, first.text);
}

TEST(WorkerSlips, AStoredResultOfAnotherTypeFailsTheJobAndChangesNoNumber) {
  Slips worker;
  EXPECT_EQ(worker.finds("int", "5").text, "5");
  for (const char* stored : {"5000000000", "2.75", "true", "\"5\"", "null"}) {
    const auto finished = worker.finds("int", stored);
    EXPECT_EQ(finished.outcome, RunOutcome::fail) << stored;
    EXPECT_EQ(finished.text, std::string("step \"name\": the result stored earlier: ") + stored +
                                 ", which is of another type (NaN is null in JSON)");
  }
  EXPECT_EQ(worker.finds("ints", "[3]").text, "[3]");
  EXPECT_EQ(worker.finds("ints", "[1.9]").outcome, RunOutcome::fail);
}

TEST(WorkerSlips, AStepInsideItselfFailsAndOneThatAnotherThreadIsAtIsTriedAgain) {
  Slips worker;
  worker.send(work("inside-itself"));
  worker.answer(worker.expect_call(CallMethod::step_begin), CallStatus::ok, 11);
  worker.answer(worker.expect_call(CallMethod::abandon), CallStatus::ok);
  const auto inside = worker.expect<wire::Finished>();
  EXPECT_EQ(inside.outcome, RunOutcome::fail);
  EXPECT_EQ(inside.text, "step \"name\": it is inside itself");
  worker.send(work("int"));
  worker.answer(worker.expect_call(CallMethod::step_begin), CallStatus::busy, 0, "by this run");
  EXPECT_EQ(worker.expect<wire::Finished>().outcome, RunOutcome::retry);
}

TEST(WorkerSlips, AStateIsSetAgainWithTheVersionItWasGivenInTheStepThatThrew) {
  Slips worker;
  worker.send(work("set-state-again"));
  worker.answer(worker.expect_call(CallMethod::state_get), CallStatus::ok, 0);
  worker.answer(worker.expect_call(CallMethod::step_begin), CallStatus::ok, 11);
  worker.answer(worker.expect_call(CallMethod::state_set), CallStatus::ok, 1);
  worker.answer(worker.expect_call(CallMethod::abandon), CallStatus::ok);
  const auto set = worker.expect_call(CallMethod::state_set);
  EXPECT_EQ(set.number, 1) << "RunCallsTest says that the host takes it";
  worker.answer(set, CallStatus::ok, 2);
  EXPECT_EQ(worker.expect<wire::Finished>().outcome, RunOutcome::done);
}

TEST(WorkerSlips, WhatIsThrownKeepsItsText) {
  Slips worker;
  const std::pair<const char*, const char*> throws[] = {
      {"throw-string", "a string"},
      {"throw-literal", "a literal"},
      {"throw-nested", "cannot send: cannot connect: no route"}};
  for (const auto& [deed, text] : throws) {
    const auto finished = worker.run(work(deed));
    EXPECT_EQ(finished.outcome, RunOutcome::retry);
    EXPECT_EQ(finished.text, text);
  }
}

// However many runs came after it.
TEST(WorkerSlips, ACallAfterTheRunIsAnsweredAndNeverACrash) {
  Slips worker;
  worker.run(work("keep"));
  for (int i = 0; i < 100; ++i) worker.run(work("throw-string"));
  const auto finished = worker.run(work("ask-kept"));
  EXPECT_EQ(Json::parse(finished.text), Json::parse(R"({"cancelled":true,"job_id":"CallError",
      "settings":"CallError","superseded":"CallError","once":"CallError","state":"CallError",
      "log":"nothing","progress":"nothing"})"));
}

}  // namespace
}  // namespace fh::test
