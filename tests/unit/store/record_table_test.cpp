#include "store/record_table.h"

#include "support/store_fixture.h"

namespace fh {
namespace {

using test::StoreTest;

StoredRecord resolve(Transaction& tx, const std::string& uuid, const std::string& id,
                     const std::string& account = "crm") {
  return tx.records.resolve(account, RecordType::contact, {uuid, id});
}

TEST_F(StoreTest, UuidAndIdAreOneRecordOnceSeenTogether) {
  write([](Transaction& tx) {
    const auto first = resolve(tx, "u", "");
    const auto both = resolve(tx, "u", "7");
    const auto later = resolve(tx, "", "7");
    EXPECT_EQ(first.id, both.id);
    EXPECT_EQ(first.id, later.id);
    EXPECT_EQ(later.key.key, "u");
  });
}

TEST_F(StoreTest, TheKeyIsTheAliasSeenFirstAndStays) {
  write([](Transaction& tx) {
    EXPECT_EQ(resolve(tx, "", "7").key.key, "7");
    EXPECT_EQ(resolve(tx, "u", "7").key.key, "7");
    EXPECT_EQ(resolve(tx, "v", "8").key.key, "v");
  });
}

TEST_F(StoreTest, AccountsAndTypesAreApart) {
  write([](Transaction& tx) {
    const auto here = resolve(tx, "", "7");
    EXPECT_NE(here.id, resolve(tx, "", "7", "other").id);
    EXPECT_NE(here.id, tx.records.resolve("crm", RecordType::company, {"", "7"}).id);
  });
}

TEST_F(StoreTest, AUuidIsNotAnIdOfTheSameText) {
  write([](Transaction& tx) { EXPECT_NE(resolve(tx, "7", "").id, resolve(tx, "", "7").id); });
}

TEST_F(StoreTest, TwoRecordsThatAreOneAreMergedIntoTheElder) {
  const auto by_id = record("7");
  const auto job = add_job(by_id);
  const auto younger = write([](Transaction& tx) { return resolve(tx, "u", "").id; });
  const auto other_job = add_job(younger);
  EXPECT_EQ(state_of(other_job), "available");
  write([&](Transaction& tx) {
    const auto save = [&](std::int64_t id, const char* snapshot, TimePoint updated_at) {
      StoredRecord with_baseline = tx.records.load(id);
      with_baseline.snapshot = snapshot;
      with_baseline.updated_at = updated_at;
      tx.records.save_baseline(with_baseline);
    };
    save(by_id, "{\"old\":1}", from_ms(1));
    save(younger, "{\"new\":1}", from_ms(2));
    tx.deliveries.set_latest(younger, "s", {9, std::string("hash"), tx.now});
    const auto merged = resolve(tx, "u", "7");
    EXPECT_EQ(merged.id, by_id);
    EXPECT_EQ(merged.key.key, "7");
    EXPECT_EQ(*merged.snapshot, "{\"new\":1}");
    EXPECT_EQ(resolve(tx, "u", "").id, by_id);
    EXPECT_EQ(tx.deliveries.latest(by_id, "s")->delivery, 9);
  });
  // Both jobs are the elder's now; a third waits for both.
  const auto third = add_job(by_id);
  EXPECT_EQ(state_of(third), "blocked");
  for (int i = 0; i < 2; ++i) {
    const auto running = lease();
    ASSERT_TRUE(running);
    EXPECT_EQ(running->record, by_id);
    EXPECT_EQ(state_of(third), "blocked");
    finish(*running, {});
  }
  EXPECT_EQ(state_of(third), "available");
  EXPECT_EQ(state_of(job), "completed");
  expect_tallies_hold();
}

}  // namespace
}  // namespace fh
