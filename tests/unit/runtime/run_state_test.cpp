// The state that a run reads and writes, inside once and step and outside, over the real store.
#include "served_run.h"

namespace fh {
namespace {

using test::RunCallsTest;
using test::ServedRun;
using wire::CallMethod;
using wire::CallStatus;

TEST_F(RunCallsTest, WhatAnAbandonedScopeMadeIsDropped) {
  ServedRun one = run();
  one.set_state("\"outside\"");
  const auto scope = one.open(CallMethod::step_begin, "name");
  one.set_state("\"inside\"", scope);
  one.enqueue("q", scope);
  EXPECT_EQ(one.state(), "\"inside\"");
  EXPECT_EQ(one.ask(CallMethod::abandon, "", "", scope).status, CallStatus::ok);
  EXPECT_EQ(one.state(), "\"outside\"");
  one.set_state("\"again\"");
  end(one);
  EXPECT_EQ(stored_state(one), "\"again\"");
  EXPECT_FALSE(lease("q"));
}

TEST_F(RunCallsTest, TheStateWrittenLastIsTheOneThatStays) {
  ServedRun one = run("1");
  one.set_state("1");
  const auto scope = one.open(CallMethod::once_begin, "key");
  one.set_state("2", scope);
  EXPECT_EQ(one.commit(scope), CallStatus::ok);
  end(one);
  EXPECT_EQ(stored_state(one), "2") << "the run's own write is the older one";

  ServedRun two = run("2");
  const auto inside = two.open(CallMethod::step_begin, "name");
  two.set_state("3", inside);
  two.set_state("4");
  EXPECT_EQ(two.commit(inside), CallStatus::ok);
  EXPECT_EQ(stored_state(two), "3");
  end(two);
  EXPECT_EQ(stored_state(two), "4");
}

TEST_F(RunCallsTest, AStateThatAnotherJobChangedMeanwhileIsAConflict) {
  ServedRun one = run();
  const auto scope = one.open(CallMethod::once_begin, "key");
  one.set_state("1", scope);
  write([&](Transaction& tx) {
    EXPECT_TRUE(tx.effects.set_state("p", one.lease().job.record, "9", 0));
  });
  EXPECT_EQ(one.commit(scope), CallStatus::conflict);
  EXPECT_EQ(stored_state(one), "9");
}

// As a State of the SDK's does: it keeps the version that its last write gave it.
TEST_F(RunCallsTest, AStateCanBeSetAgainAfterTheScopeItWasSetInWasAbandoned) {
  ServedRun one = run();
  const auto set = [&](const std::string& value, std::int64_t version, std::uint64_t scope = 0) {
    return one.ask(CallMethod::state_set, "", value, scope, version);
  };
  const auto read = one.ask(CallMethod::state_get, "");
  const auto scope = one.open(CallMethod::step_begin, "name");
  const auto inside = set("1", read.number, scope);
  const auto twice = set("2", inside.number, scope);
  EXPECT_EQ(one.ask(CallMethod::abandon, "", "", scope).status, CallStatus::ok);
  const auto outside = set("3", twice.number);
  EXPECT_EQ(outside.status, CallStatus::ok) << outside.text;
  EXPECT_EQ(set("4", inside.number).status, CallStatus::conflict) << "3 is there since";
  EXPECT_EQ(set("4", read.number).status, CallStatus::conflict);
  EXPECT_EQ(set("4", outside.number).status, CallStatus::ok);
  end(one);
  EXPECT_EQ(stored_state(one), "4");
}

TEST_F(RunCallsTest, AStateThatAnotherJobChangedBeforeTheScopeWasAbandonedIsReadAnew) {
  ServedRun one = run();
  const auto scope = one.open(CallMethod::step_begin, "name");
  const auto inside = one.ask(CallMethod::state_set, "", "1", scope, 0);
  write([&](Transaction& tx) {
    EXPECT_TRUE(tx.effects.set_state("p", one.lease().job.record, "9", 0));
  });
  EXPECT_EQ(one.ask(CallMethod::abandon, "", "", scope).status, CallStatus::ok);
  EXPECT_EQ(one.ask(CallMethod::state_set, "", "2", 0, inside.number).status, CallStatus::conflict);
  EXPECT_EQ(one.state(), "9");
  one.set_state("10");
  end(one);
  EXPECT_EQ(stored_state(one), "10");
}

}  // namespace
}  // namespace fh
