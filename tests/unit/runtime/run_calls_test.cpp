// What a plugin asks of the host during a run, over the real store.
#include "served_run.h"
#include "support/small_disk.h"

namespace fh {
namespace {

using test::RunCallsTest;
using test::ServedRun;
using wire::CallMethod;
using wire::CallStatus;

TEST_F(RunCallsTest, AKeyThatAnotherJobIsAtWorkOnIsBusyAndTheRetryIsNotCharged) {
  ServedRun first = run("1");
  ServedRun second = run("2");
  first.open(CallMethod::once_begin, "key");
  const auto busy = second.ask(CallMethod::once_begin, "key");
  EXPECT_EQ(busy.status, CallStatus::busy);
  const std::string reason = "cannot go on: once \"key\": " + busy.text;
  EXPECT_TRUE(second.calls().is_told_busy(reason));
  EXPECT_FALSE(second.calls().is_told_busy("it went on, and failed for another reason"));
  EXPECT_FALSE(first.calls().is_told_busy(reason));
}

TEST_F(RunCallsTest, ANameUsedTwiceGivesTheFirstResult) {
  ServedRun one = run();
  for (const CallMethod begin : {CallMethod::once_begin, CallMethod::step_begin}) {
    EXPECT_EQ(one.commit(one.open(begin, "name"), "\"first\""), CallStatus::ok);
    const auto second = one.ask(begin, "name");
    EXPECT_EQ(second.status, CallStatus::done_before);
    EXPECT_EQ(second.text, "\"first\"");
  }
}

// It may be another thread's, which is done with it soon; the attempt is charged all the same.
TEST_F(RunCallsTest, ANameThatThisRunIsInsideOfIsBusy) {
  ServedRun one = run();
  one.open(CallMethod::step_begin, "name");
  const auto busy = one.ask(CallMethod::step_begin, "name");
  EXPECT_EQ(busy.status, CallStatus::busy);
  EXPECT_FALSE(one.calls().is_told_busy(busy.text));
}

TEST_F(RunCallsTest, WhatIsNoJsonIsRefusedAndNothingOfItStored) {
  ServedRun one = run();
  const auto scope = one.open(CallMethod::step_begin, "name");
  for (const char* text : {"", "not json", "{", "{bad", "1 2", R"({"a":1,"a":2})"}) {
    SCOPED_TRACE(text);
    const auto commit = one.ask(CallMethod::commit, "", text, scope);
    EXPECT_EQ(commit.status, CallStatus::refused);
    EXPECT_EQ(commit.text.find("the result is no JSON: "), 0U) << commit.text;
    const auto set = one.ask(CallMethod::state_set, "", text);
    EXPECT_EQ(set.status, CallStatus::refused);
    EXPECT_EQ(set.text.find("the state is no JSON: "), 0U) << set.text;
  }
  EXPECT_EQ(one.state(), "");
  EXPECT_EQ(one.commit(scope), CallStatus::ok);
}

TEST_F(RunCallsTest, ARunGoesOnUnderItsRecordsNewNumberWhenThatBecomesPartOfAnotherOne) {
  const auto resolve = [this](const Aliases& aliases) {
    return write([&](Transaction& tx) {
      return tx.records.resolve("crm", RecordType::contact, aliases).id;
    });
  };
  const auto elder = resolve({"u", ""});
  ServedRun one = run("7");
  one.set_state("\"7\"");
  end(one);
  ServedRun two = run("7");
  ASSERT_EQ(resolve({"u", "7"}), elder);
  EXPECT_EQ(two.state(), "\"7\"");
  EXPECT_EQ(two.ask(CallMethod::superseded, "").number, 0);
  EXPECT_EQ(two.ask(CallMethod::expect_echo, "", R"({"s":"Passed"})").status, CallStatus::ok);
  write([&](Transaction& tx) {
    EXPECT_EQ(tx.effects.echoes(elder, tx.now).size(), 1U);
    StoredRecord later = tx.records.load(elder);
    tx.records.set_latest(later, "s", {two.lease().job.delivery + 1, {}, tx.now});
    tx.records.save(later);
  });
  EXPECT_EQ(two.ask(CallMethod::superseded, "").number, 0) << "it made no job";
  write([&](Transaction& tx) {
    StoredRecord later = tx.records.load(elder);
    later.accepted = {two.lease().job.delivery + 1, 0};
    tx.records.save(later);
  });
  EXPECT_EQ(two.ask(CallMethod::superseded, "").number, 1);
}

TEST_F(RunCallsTest, ProgressIsShownFromNoneToAll) {
  ServedRun one = run();
  for (const auto& [said, shown] : {std::pair{-5, 0}, {0, 0}, {66, 66}, {100, 100}, {500, 100}}) {
    EXPECT_EQ(one.ask(CallMethod::progress, "", "text", 0, said).status, CallStatus::ok);
    EXPECT_EQ(one.percent(), shown) << said;
  }
}

TEST_F(RunCallsTest, AResultOverTheCapIsNotStoredAndLeavesTheKeyInterrupted) {
  ServedRun one = run("1");
  const auto scope = one.open(CallMethod::once_begin, "key");
  one.enqueue("q", scope);
  EXPECT_EQ(one.commit(scope, std::string(kMaxResultBytes + 1, '1')), CallStatus::too_large);
  end(one, OutcomeKind::fail);
  EXPECT_FALSE(lease("q"));
  ServedRun later = run("2");
  EXPECT_EQ(later.ask(CallMethod::interrupted, "key").number, 1);
  const std::string most = "\"" + std::string(kMaxResultBytes - 2, '1') + "\"";
  EXPECT_EQ(later.commit(later.open(CallMethod::once_begin, "key"), most), CallStatus::ok);
}

TEST_F(RunCallsTest, WhatIsMadeInsideIsStoredWithTheResultEvenIfTheRunFails) {
  ServedRun one = run();
  const auto scope = one.open(CallMethod::once_begin, "key");
  one.set_state("\"inside\"", scope);
  one.enqueue("q", scope);
  one.enqueue("r");
  EXPECT_EQ(one.commit(scope), CallStatus::ok);
  end(one, OutcomeKind::fail);
  EXPECT_EQ(stored_state(one), "\"inside\"");
  EXPECT_TRUE(lease("q"));
  EXPECT_FALSE(lease("r"));
}

TEST_F(RunCallsTest, EnqueueingHasItsLimits) {
  ServedRun one = run("1");
  for (int i = 0; i < kMaxEnqueuedPerRun; ++i) EXPECT_EQ(one.enqueue("q"), CallStatus::ok);
  EXPECT_EQ(one.enqueue("q"), CallStatus::refused);
  ServedRun again = run("4");
  const auto scope = again.open(CallMethod::step_begin, "name");
  for (int i = 0; i < kMaxEnqueuedPerRun; ++i) again.enqueue("q", scope);
  EXPECT_EQ(again.ask(CallMethod::abandon, "", "", scope).status, CallStatus::ok);
  EXPECT_EQ(again.enqueue("q"), CallStatus::ok) << "what was dropped does not count";
  NewJob deep = new_job(record("2"));
  deep.depth = kMaxDepth - 1;
  write([&](Transaction& tx) { tx.jobs.insert(deep); });
  ServedRun last = {*store_, clock_, *lease()};
  EXPECT_EQ(last.enqueue("q"), CallStatus::ok);
  deep.depth = kMaxDepth;
  deep.record = record("3");
  write([&](Transaction& tx) { tx.jobs.insert(deep); });
  ServedRun too_deep = {*store_, clock_, *lease()};
  EXPECT_EQ(too_deep.enqueue("q"), CallStatus::refused);
}

TEST_F(RunCallsTest, AJobIsOneDeeperThanTheOneThatMadeIt) {
  NewJob parent = new_job(record("1"));
  parent.depth = 7;
  write([&](Transaction& tx) { tx.jobs.insert(parent); });
  ServedRun one = {*store_, clock_, *lease()};
  const auto scope = one.open(CallMethod::once_begin, "key");
  one.enqueue("inside", scope);
  EXPECT_EQ(one.commit(scope), CallStatus::ok);
  one.enqueue("outside");
  end(one);
  for (const char* plugin : {"inside", "outside"}) {
    const auto child = lease(plugin);
    ASSERT_TRUE(child) << plugin;
    EXPECT_EQ(child->depth, 8) << plugin;
  }
}

TEST_F(RunCallsTest, AnInputIsMeasuredWithoutWhatIsAroundIt) {
  ServedRun one = run();
  const std::string most = "\"" + std::string(kMaxInputBytes - 2, 'i') + "\"";
  const auto enqueue = [&](const std::string& input) {
    return one.ask(CallMethod::enqueue, "q", R"({"input":)" + input + R"(,"after_ms":5})");
  };
  EXPECT_EQ(enqueue(most).status, CallStatus::ok);
  const auto more = enqueue("[" + most + "]");
  EXPECT_EQ(more.status, CallStatus::too_large);
  EXPECT_EQ(more.text, "an input of 65538 bytes is over the 65536 allowed");
}

TEST_F(RunCallsTest, NoWaitIsLongerThanTheLongest) {
  ServedRun one = run("1");
  const std::pair<const char*, Millis> waits[] = {{"315360000000", kLongestWait},
                                                  {"315360000001", kLongestWait},
                                                  {"9223372036854775807", kLongestWait},
                                                  {"18446744073709551615", kLongestWait},
                                                  {"1500", Millis(1500)}};
  for (const auto& [after, wait] : waits) {
    SCOPED_TRACE(after);
    EXPECT_EQ(one.ask(CallMethod::enqueue, "q", std::string("{\"after_ms\":") + after + "}").status,
              CallStatus::ok);
  }
  const auto jobs = one.calls().take_effects().jobs;
  ASSERT_EQ(jobs.size(), std::size(waits));
  for (std::size_t i = 0; i < jobs.size(); ++i)
    EXPECT_EQ(jobs[i].run_at, clock_.now() + waits[i].second) << waits[i].first;
}

TEST_F(RunCallsTest, AnAnnouncedEchoIsKeptForEachOfItsFields) {
  ServedRun one = run();
  const std::string changes = R"({"custom_field.s":"Passed","n":5.0,"custom_field":{"t":1}})";
  EXPECT_EQ(one.ask(CallMethod::expect_echo, "", changes).status, CallStatus::ok);
  clock_.advance(std::chrono::minutes(10) - Millis(1));
  write([&](Transaction& tx) {
    for (const auto& [field, value] :
         std::map<std::string, std::string>{{"s", "\"Passed\""}, {"n", "5"}, {"t", "1"}}) {
      EXPECT_TRUE(tx.effects.take_echo("p", one.lease().job.record, field, value, tx.now)) << field;
      EXPECT_FALSE(tx.effects.take_echo("p", one.lease().job.record, field, value, tx.now));
    }
  });
}

TEST_F(RunCallsTest, AnnouncingHasItsLimits) {
  ServedRun one = run();
  const auto announce = [&](const Json& changes) {
    return one.ask(CallMethod::expect_echo, "", to_text(changes)).status;
  };
  Json most = Json::object();
  for (std::size_t i = 0; i < kMaxEchoesPerRun; ++i) most["f" + std::to_string(i)] = i;
  Json more = most;
  more["x"] = 1;
  EXPECT_EQ(announce(more), CallStatus::refused);
  EXPECT_EQ(announce({{"s", std::string(kMaxEchoBytes, 'x')}}), CallStatus::too_large);
  EXPECT_EQ(announce({{"s", std::string(kMaxEchoBytes - 3, 'x')}}), CallStatus::ok);
  EXPECT_EQ(announce(most), CallStatus::refused) << "with what was announced before";
  most.erase("f0");
  EXPECT_EQ(announce(most), CallStatus::ok);
  clock_.advance(kEchoWindow);
  write([&](Transaction& tx) {
    EXPECT_EQ(tx.effects.prune_echoes(tx.now, 99), 99);
    EXPECT_EQ(tx.effects.prune_echoes(tx.now, 99), 1);
  });
}

// The SDK puts the call's name before it.
TEST_F(RunCallsTest, ARefusalDoesNotBeginWithTheNameOfItsCall) {
  ServedRun one = run();
  EXPECT_EQ(one.ask(CallMethod::expect_echo, "", "[]").text,
            "the changes must be a JSON object of field: value");
  EXPECT_EQ(one.ask(CallMethod::enqueue, "q", "[]").text, "the options are not a JSON object");
  EXPECT_EQ(one.ask(CallMethod::enqueue, "q", R"({"after_ms":-1})").text,
            "\"after_ms\" must be a number of 0 or more");
  EXPECT_EQ(one.ask(CallMethod::state_set, "", "1", 0, 7).text,
            "version 7 is not the current one, 0");
}

TEST_F(RunCallsTest, TheIdempotencyKeyIsTheJobsWhateverItsRecordIsCalled) {
  const auto key = [](ServedRun& run, const std::string& label) {
    return run.ask(CallMethod::idempotency_key, label).text;
  };
  ServedRun first = run("7");
  const std::string mail = key(first, "mail");
  EXPECT_NE(key(first, "pdf"), mail);
  EXPECT_NE(key(first, "\xff"), key(first, "\xfe")) << "bytes that are no text";
  end(first, OutcomeKind::interrupted);
  write([](Transaction& tx) {
    tx.records.resolve("crm", RecordType::contact, {"u", ""});
    tx.records.resolve("crm", RecordType::contact, {"u", "7"});
  });
  ServedRun second(*store_, clock_, *lease());
  ASSERT_EQ(second.lease().job.id, first.lease().job.id);
  EXPECT_EQ(key(second, "mail"), mail);
  ServedRun other = run("8");
  EXPECT_NE(key(other, "mail"), mail);
  JobRow elsewhere = first.lease().job;
  elsewhere.created_at += Millis(1);
  ServedRun namesake(*store_, clock_, elsewhere);
  EXPECT_NE(key(namesake, "mail"), mail) << "another store's job of the same number";
}

TEST_F(RunCallsTest, ALostLeaseStoresNothing) {
  ServedRun one = run();
  const auto scope = one.open(CallMethod::once_begin, "key");
  finish(one.lease().job, {.kind = OutcomeKind::lost});
  EXPECT_EQ(one.commit(scope), CallStatus::ended);
  EXPECT_EQ(one.ask(CallMethod::step_begin, "name").status, CallStatus::ended);
  EXPECT_FALSE(end(one));
}

// A database error in the middle: a real disk that is full.
TEST(RunCallsOnAFullDisk, FailTheCallAndLeaveNothingHalfStored) {
  test::SmallDisk disk(24);
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small disk needs root";
  ManualClock clock(from_ms(1'700'000'000'000));
  Store store(disk / "store.db", clock);
  store.start();
  const JobRow job = *store.write([&](Transaction& tx) {
    NewJob fresh;
    fresh.plugin = "p";
    fresh.record = tx.records.resolve("crm", RecordType::contact, {"", "1"}).id;
    fresh.created_at = fresh.run_at = tx.now;
    tx.jobs.insert(fresh);
    return tx.jobs.lease_next("p", {tx.host_run, "build", tx.now, tx.now + Millis(60'000)});
  });
  ServedRun one(store, clock, job);
  // So much that what comes next is beyond the room that the WAL has already.
  const std::string result = "\"" + std::string(60'000, 'x') + "\"";
  for (int i = 0; i < 10; ++i)
    one.commit(one.open(CallMethod::step_begin, std::to_string(i)), result);
  const auto scope = one.open(CallMethod::once_begin, "key");
  one.set_state("\"inside\"", scope);
  one.enqueue("q", scope);
  disk.fill();
  const auto failed = one.ask(CallMethod::commit, "", result, scope);
  EXPECT_EQ(failed.status, CallStatus::failed);
  EXPECT_NE(failed.text.find("make room on its disk"), std::string::npos) << failed.text;
  disk.make_room();
  store.write([&](Transaction& tx) {
    EXPECT_EQ(tx.effects.state("p", job.record).version, 0);
    EXPECT_FALSE(tx.effects.find_once("p", "key")->result);
    EXPECT_EQ(tx.tallies.open("q"), 0);
  });
  // The same commit, tried again, is whole.
  EXPECT_EQ(one.ask(CallMethod::commit, "", result, scope).status, CallStatus::ok);
  store.write([&](Transaction& tx) {
    EXPECT_EQ(tx.effects.find_once("p", "key")->result, result);
    EXPECT_EQ(tx.tallies.open("q"), 1);
  });
  const auto thrown = one.open(CallMethod::once_begin, "other");
  one.set_state("\"dropped\"", thrown);
  disk.fill();
  EXPECT_EQ(one.ask(CallMethod::abandon, "", "", thrown).status, CallStatus::failed);
  disk.make_room();
  EXPECT_EQ(one.state(), "\"inside\"");
  store.stop();
}

}  // namespace
}  // namespace fh
