#include "queue/dispatcher.h"

#include <Poco/Data/Statement.h>

#include "queue/timer.h"
#include "unit/queue/dispatcher_fixture.h"

namespace fh::test {
namespace {

using Poco::Data::Keywords::now;

TEST_F(DispatcherTest, AnIdleWorkerGetsTheJobInTheCommitThatMadeIt) {
  Worker worker;
  offer(worker);
  const auto job = add_job(record("1"));
  EXPECT_EQ(worker.job(), job);
  EXPECT_EQ(state_of(job), "running");
  EXPECT_EQ(worker.lease().until, clock_.now() + Millis(1000));
  EXPECT_EQ(worker.lease().record.key.key, "1");
}

TEST_F(DispatcherTest, AnOfferedWorkerFindsTheJobThatWaited) {
  const auto job = add_job(record("1"));
  EXPECT_EQ(starved(), std::vector<std::string>{"p"});
  Worker worker;
  offer(worker);
  EXPECT_EQ(worker.job(), job);
}

TEST_F(DispatcherTest, EachWorkerGetsOneJobAndItsOwnPlugins) {
  Worker one;
  Worker two;
  Worker other;
  offer(one);
  offer(two);
  offer(other, "q");
  const auto first = add_job(record("1"));
  const auto second = add_job(record("2"));
  EXPECT_EQ(std::set({one.job(), two.job()}), std::set({first, second}));
  EXPECT_TRUE(dispatcher_->withdraw(&other));
}

TEST_F(DispatcherTest, AWithdrawnWorkerGetsNothing) {
  Worker worker;
  offer(worker);
  EXPECT_TRUE(dispatcher_->withdraw(&worker));
  EXPECT_FALSE(dispatcher_->withdraw(&worker));
  const auto job = add_job(record("1"));
  EXPECT_EQ(starved(), std::vector<std::string>{"p"});
  EXPECT_EQ(state_of(job), "available");
}

TEST_F(DispatcherTest, NothingIsLeasedOncePaused) {
  Worker worker;
  offer(worker);
  dispatcher_->stop_leasing();
  const auto job = add_job(record("1"));
  starved();
  EXPECT_EQ(state_of(job), "available");
}

TEST_F(DispatcherTest, WhatBecameReadyWhileItWasHeldIsLeasedAfterwards) {
  Worker worker;
  dispatcher_->hold_leases(true);
  offer(worker);
  const auto job = add_job(record("1"));
  starved();
  EXPECT_EQ(state_of(job), "available");
  dispatcher_->hold_leases(false);
  EXPECT_EQ(worker.job(), job);
}

TEST_F(DispatcherTest, APausedPluginsJobsWaitAndOthersDoNot) {
  Worker worker;
  Worker other;
  offer(worker);
  offer(other, "q");
  write([](Transaction& tx) { tx.holds.pause("p", "ops", tx.now); });
  const auto waits = add_job(record("1"));
  const auto runs = add_job(record("1"), "q");
  EXPECT_EQ(other.job(), runs);
  EXPECT_EQ(state_of(waits), "available");
  EXPECT_TRUE(starved().empty()) << "nobody is to start workers for it";
  write([](Transaction& tx) { EXPECT_TRUE(tx.holds.resume("p")); });
  dispatcher_->look_at("p");
  EXPECT_EQ(worker.job(), waits);
}

TEST_F(DispatcherTest, AQuarantinedBuildsWorkerGetsNothing) {
  Worker worker;
  offer(worker);
  write([](Transaction& tx) { tx.holds.quarantine("p", "build", {"it crashes", {1}, tx.now}); });
  const auto job = add_job(record("1"));
  starved();
  EXPECT_EQ(state_of(job), "available");
  Worker corrected;
  dispatcher_->offer({"p", "other build", Millis(1000), &corrected});
  dispatcher_->nudge();
  EXPECT_EQ(corrected.job(), job);
}

TEST_F(DispatcherTest, AnOperationThatFailsTakesNoLeaseWithIt) {
  Worker worker;
  offer(worker);
  const NewJob job = new_job(record("1"));
  EXPECT_THROW(write([&](Transaction& tx) {
                 tx.jobs.insert(job);
                 throw HostError("bad");
               }),
               HostError);
  const auto good = write([&](Transaction& tx) { return tx.jobs.insert(job); });
  EXPECT_EQ(worker.job(), good);
}

TEST_F(DispatcherTest, AJobWhoseEventIsGoneIsDeadAndTheOthersRun) {
  const auto one = record("1");
  NewJob bad = new_job(one);
  bad.event = 999;
  const auto dead = write([&](Transaction& tx) { return tx.jobs.insert(bad); });
  const auto behind = add_job(one);
  ASSERT_EQ(state_of(behind), "blocked");
  const auto others = add_job(one, "q");
  Worker worker;
  Worker other;
  offer(worker);
  offer(other, "q");
  EXPECT_EQ(worker.job(), behind) << "its turn is next";
  EXPECT_EQ(other.job(), others);
  const auto view = Views(store_->reader()).job(dead);
  EXPECT_EQ(view->state, "dead");
  EXPECT_NE(view->reason.find("store: event 999 is missing"), std::string::npos) << view->reason;
  EXPECT_EQ(view->counters.attempts, 1);
  expect_tallies_hold();
}

TEST_F(DispatcherTest, AJobWhoseRecordIsNoneKeepsNobodyWaiting) {
  NewJob gone = new_job(record("1"));
  gone.record = 999;
  const NewJob senseless = new_job(record("2"));
  Poco::Data::Session session("SQLite", (folder_ / "store.db").string());
  session << "UPDATE records SET type = 'x' WHERE id = " + std::to_string(senseless.record), now;
  write([&](Transaction& tx) {
    tx.jobs.insert(gone);
    tx.jobs.insert(senseless);
  });
  const auto good = add_job(record("3"));
  Worker worker;
  offer(worker);
  EXPECT_EQ(worker.job(), good);
}

TEST_F(DispatcherTest, EveryRunOfAJobSeesItsRecordUnderTheNameItsEventCameWith) {
  const auto known_by = [&](const Aliases& aliases) {
    return write([&](Transaction& tx) {
      return tx.records.resolve("crm", RecordType::contact, aliases).id;
    });
  };
  const auto elder = known_by({"", "1"});
  const auto job = add_job(known_by({"u", ""}));
  Worker first;
  offer(first);
  ASSERT_EQ(first.job(), job);
  EXPECT_EQ(first.lease().record.key.key, "u");
  ASSERT_EQ(known_by({"u", "1"}), elder);
  finish(first.lease().job, {.kind = OutcomeKind::lost});
  Worker second;
  offer(second);
  ASSERT_EQ(second.job(), job);
  EXPECT_EQ(second.lease().record.key.key, "u");
  EXPECT_EQ(second.lease().record.id, elder);
}

TEST_F(DispatcherTest, TheNextJobIsLeasedInTheCommitThatEndsTheLast) {
  Worker worker;
  offer(worker);
  const auto one = record("1");
  add_job(one);
  ASSERT_NE(worker.job(), 0);
  const auto second = add_job(one);
  Worker next;
  dispatcher_->offer({"p", "build", Millis(1000), &next});
  finish(worker.lease().job, {});
  EXPECT_EQ(next.job(), second);
}

TEST_F(DispatcherTest, TheTimerTakesDueJobsOn) {
  Timer timer(*store_, clock_, kKeepLong);
  Worker worker;
  offer(worker);
  NewJob later = new_job(record("1"));
  later.run_at = clock_.now() + Millis(500);
  const auto job = write([&](Transaction& tx) { return tx.jobs.insert(later); });
  EXPECT_EQ(timer.tick(), later.run_at);
  EXPECT_EQ(state_of(job), "scheduled");
  clock_.advance(Millis(500));
  timer.tick();
  EXPECT_EQ(worker.job(), job);
}

}  // namespace
}  // namespace fh::test
