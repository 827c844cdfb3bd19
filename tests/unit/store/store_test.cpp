#include "store/store.h"

#include <Poco/Data/Statement.h>

#include <thread>

#include "store/schema.h"
#include "support/store_fixture.h"

namespace fh {
namespace {

using test::StoreTest;
using namespace Poco::Data::Keywords;

TEST_F(StoreTest, AWriteIsThereForReadersAndAfterReopening) {
  const auto id = record("1");
  reopen();
  EXPECT_EQ(write([&](Transaction& tx) { return tx.records.load(id).key.key; }), "1");
}

TEST_F(StoreTest, ABadOperationFailsAloneInItsBatch) {
  constexpr int kThreads = 16;
  std::atomic<int> failed{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      for (int n = 0; n < 20; ++n) try {
          write([&](Transaction& tx) {
            tx.records.resolve("crm", RecordType::contact, {"", std::to_string(i * 100 + n)});
            if (i % 4 == 0) throw HostError("bad");
          });
        } catch (const HostError&) {
          ++failed;
        }
    });
  threads.clear();
  EXPECT_EQ(failed, kThreads / 4 * 20);
  int stored = 0;
  store_->reader() << "SELECT count(*) FROM records", into(stored), now;
  EXPECT_EQ(stored, kThreads / 4 * 3 * 20);
}

class CountingHook final : public CommitHook {
 public:
  void before_commit(Transaction&) override {}
  void after_commit() override { ++commits; }
  void after_rollback() override {}
  int commits = 0;
};

TEST_F(StoreTest, ABadOperationCostsTheOthersNoCommitOfTheirOwn) {
  store_->stop();
  CountingHook hook;
  store_ = std::make_unique<Store>(folder_ / "store.db", clock_);
  store_->set_hook(&hook);
  std::vector<bool> failed(30);
  for (int i = 0; i < 30; ++i)
    store_->write_then(
        [=](Transaction& tx) {
          tx.records.resolve("crm", RecordType::contact, {"", std::to_string(i)});
          EXPECT_EQ(tx.storms.enter("p", i % 3, 8, tx.now), i % 3 == 1 || i < 24);
          if (i % 3 == 1) throw HostError("bad");
        },
        [&failed, i](std::exception_ptr failure) { failed[i] = failure != nullptr; });
  store_->start();  // they all wait
  store_->stop();
  EXPECT_EQ(hook.commits, 1);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(failed[i], i % 3 == 1) << i;
}

// Leases like the dispatcher does, and then fails.
class FailingHook final : public CommitHook {
 public:
  void before_commit(Transaction& tx) override {
    if (tx.jobs.lease_next("p", {tx.host_run, "build", tx.now, tx.now})) throw HostError("bad");
  }
  void after_commit() override {}
  void after_rollback() override {}
};

TEST_F(StoreTest, WhatTheHookDidIsUndoneAloneWhenItFails) {
  store_->stop();
  FailingHook hook;
  store_ = std::make_unique<Store>(folder_ / "store.db", clock_);
  store_->set_hook(&hook);
  store_->start();
  const auto job = add_job(record("1"));
  EXPECT_EQ(state_of(job), "available");
  expect_tallies_hold();
  store_->stop();  // before the hook goes
}

TEST_F(StoreTest, IdsGoOnWhereAnOrderlyEndLeftThem) {
  const std::int64_t first = add_job(record("1"));
  reopen();
  EXPECT_EQ(add_job(record("2")), first + 1);
  EXPECT_EQ(store_->new_delivery_id(), 3);
}

TEST_F(StoreTest, DeliveryIdsAreNeverGivenOutTwice) {
  std::int64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    for (int n = 0; n < 5; ++n) {
      const auto id = store_->new_delivery_id();
      EXPECT_GT(id, last);
      last = id;
    }
    reopen();
  }
}

TEST_F(StoreTest, EveryOpeningIsAHostRunOfItsOwn) {
  const auto before = store_->host_run();
  reopen();
  EXPECT_GT(store_->host_run(), before);
}

TEST_F(StoreTest, ANewerSchemaIsRefusedWithWhatToDo) {
  store_->write_later("bump", [](Transaction&) {});
  store_->stop();
  {
    Poco::Data::Session session("SQLite", (folder_ / "store.db").string());
    session << "PRAGMA user_version = " + std::to_string(schema_version() + 1), now;
  }
  try {
    Store newer(folder_ / "store.db", clock_);
    FAIL() << "it was opened";
  } catch (const HostError& error) {
    EXPECT_NE(std::string(error.what()).find("start the newer fieldhookd"), std::string::npos)
        << error.what();
  }
  store_.reset();
}

TEST_F(StoreTest, AnOlderStoreIsBroughtUpToDateWithWhatItHolds) {
  const auto known = record("1");
  const auto job = add_job(known);
  finish(*lease(), {.kind = OutcomeKind::fail, .text = "no"});
  store_->stop();
  {
    // As the first version wrote it.
    Poco::Data::Session session("SQLite", (folder_ / "store.db").string());
    for (const char* sql :
         {"ALTER TABLE host_runs DROP COLUMN file",
          "ALTER TABLE host_runs DROP COLUMN ended_at_ms",
          "ALTER TABLE once_keys DROP COLUMN interrupted",
          "DROP TABLE actions",
          "DROP TABLE pauses",
          "DROP TABLE quarantines",
          "DROP TABLE crashes",
          "ALTER TABLE events DROP COLUMN body_at",
          "ALTER TABLE events DROP COLUMN body_size",
          "ALTER TABLE records DROP COLUMN body_of",
          "ALTER TABLE records DROP COLUMN body_at",
          "ALTER TABLE records DROP COLUMN body_size",
          "ALTER TABLE deliveries DROP COLUMN record",
          "ALTER TABLE records DROP COLUMN latest_source",
          "ALTER TABLE records DROP COLUMN latest_delivery",
          "ALTER TABLE records DROP COLUMN latest_hash",
          "ALTER TABLE records DROP COLUMN latest_at_ms",
          "DROP INDEX jobs_parked",
          "ALTER TABLE events DROP COLUMN ordinal",
          "ALTER TABLE deliveries DROP COLUMN event_reasons",
          "DROP TABLE heard",
          "ALTER TABLE records DROP COLUMN accepted_delivery",
          "ALTER TABLE records DROP COLUMN accepted_ordinal",
          "INSERT INTO latest (record, source, delivery, received_at_ms) SELECT id, 's', 9, 1"
          " FROM records",
          "PRAGMA user_version = 1"})
      session << std::string(sql), now;
  }
  open();
  int version = 0;
  store_->reader() << "PRAGMA user_version", into(version), now;
  EXPECT_EQ(version, schema_version());
  EXPECT_EQ(state_of(job), "dead");
  const std::int64_t delivery = Views(store_->reader()).job(job)->delivery;
  write([&](Transaction& tx) {
    EXPECT_EQ(tx.deliveries.events_of(delivery).at(0).ordinal, std::nullopt);
    EXPECT_TRUE(tx.jobs.reopen(job, tx.now));
    tx.holds.pause("p", "ops", tx.now);
    EXPECT_EQ(tx.records.latest(tx.records.load(known), "s")->delivery, 9);
  });
  EXPECT_EQ(state_of(job), "available");
}

TEST_F(StoreTest, AFileThatIsNoStoreIsRefused) {
  store_->stop();
  std::ofstream(folder_ / "other.db") << "this is not a database, but it is long enough to look at";
  EXPECT_THROW(Store(folder_ / "other.db", clock_), HostError);
}

TEST_F(StoreTest, ReadersCannotWrite) {
  auto session = store_->reader();
  EXPECT_ANY_THROW((session << "DELETE FROM host_runs", now));
}

TEST_F(StoreTest, WritesAfterStopAreRefused) {
  store_->stop();
  EXPECT_THROW(store_->write([](Transaction&) {}), HostError);
}

}  // namespace
}  // namespace fh
