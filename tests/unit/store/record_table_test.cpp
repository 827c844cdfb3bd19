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

TEST_F(StoreTest, ALongAliasIsFoundAgainToo) {
  const std::string longest(100'000, 'u');
  write([&](Transaction& tx) {
    const auto first = resolve(tx, longest, "");
    EXPECT_EQ(resolve(tx, longest, "7").id, first.id);
    EXPECT_EQ(resolve(tx, "", "7").key.key, longest);
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
      if (id == younger)
        tx.records.set_latest(with_baseline, "s", {9, std::string("hash"), tx.now});
      tx.records.save(with_baseline);
    };
    save(by_id, "{\"old\":1}", from_ms(1));
    save(younger, "{\"new\":1}", from_ms(2));
    tx.effects.expect_echo("p", younger, "s", "1", tx.now + Millis(1000));
    const auto merged = resolve(tx, "u", "7");
    EXPECT_EQ(merged.id, by_id);
    EXPECT_EQ(merged.key.key, "7");
    EXPECT_EQ(tx.records.baseline(merged), "{\"new\":1,\"old\":1}");
    EXPECT_EQ(merged.updated_at, from_ms(2));
    EXPECT_EQ(resolve(tx, "u", "").id, by_id);
    EXPECT_EQ(tx.records.latest(merged, "s")->delivery, 9);
    EXPECT_EQ(tx.records.last_told(by_id).delivery, 9);
    EXPECT_TRUE(tx.records.any_merged());
    EXPECT_TRUE(tx.effects.take_echo("p", by_id, "s", "1", tx.now));
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

TEST_F(StoreTest, OfTwoRecordsThatAreOneTheUuidStays) {
  write([](Transaction& tx) {
    resolve(tx, "", "7");
    resolve(tx, "u", "");
    EXPECT_EQ(resolve(tx, "u", "7").uuid, "u");
    EXPECT_EQ(resolve(tx, "", "7").uuid, "u");
    resolve(tx, "v", "");
    resolve(tx, "", "8");
    EXPECT_EQ(resolve(tx, "v", "8").uuid, "v") << "where the elder has it";
  });
}

TEST_F(StoreTest, OfTwoRecordsThatAreOneTheBaselineThatTheCrmTouchedLastGoesFirst) {
  write([&](Transaction& tx) {
    const auto known = [&](const char* uuid, const char* id, const char* text, TimePoint at,
                           std::int64_t delivery) {
      StoredRecord one = resolve(tx, uuid, id);
      one.snapshot = text;
      one.updated_at = at;
      tx.records.set_latest(one, "s", {delivery, {}, tx.now});
      tx.records.save(one);
    };
    known("", "1", "{\"a\":1}", from_ms(2), 5);
    known("u1", "", "{\"a\":2}", from_ms(1), 6);
    EXPECT_EQ(tx.records.baseline(resolve(tx, "u1", "1")), "{\"a\":1}") << "though it came first";
    known("", "2", "{\"a\":1}", from_ms(1), 8);
    known("u2", "", "{\"a\":2}", from_ms(2), 7);
    EXPECT_EQ(tx.records.baseline(resolve(tx, "u2", "2")), "{\"a\":2}");
  });
}

TEST_F(StoreTest, OfTwoRecordsThatAreOneTheBaselineThatCameLastGoesFirstWhereNoTimeSaysMore) {
  write([&](Transaction& tx) {
    const auto known = [&](const char* uuid, const char* id, const char* text, std::int64_t at) {
      StoredRecord one = resolve(tx, uuid, id);
      one.snapshot = text;
      tx.records.set_latest(one, "s", {at, {}, tx.now});
      tx.records.save(one);
    };
    known("", "1", "{\"a\":1}", 5);
    known("u1", "", "{\"a\":2}", 6);
    EXPECT_EQ(tx.records.baseline(resolve(tx, "u1", "1")), "{\"a\":2}");
    known("", "2", "{\"a\":1}", 7);
    known("u2", "", "{\"a\":2}", 8);
    known("", "2", "{\"a\":3}", 9);
    EXPECT_EQ(tx.records.baseline(resolve(tx, "u2", "2")), "{\"a\":3}");
  });
}

// The latest of all stands in the record's row, those of other sources in a table.
TEST_F(StoreTest, EachSourceHasALatestDeliveryOfItsOwn) {
  write([](Transaction& tx) {
    const auto remember = [&tx](const std::string& source, std::int64_t delivery) {
      StoredRecord record = resolve(tx, "u", "");
      tx.records.set_latest(record, source, {delivery, source + std::to_string(delivery), tx.now});
      tx.records.save(record);
    };
    EXPECT_FALSE(tx.records.latest(resolve(tx, "u", ""), "a"));
    EXPECT_EQ(tx.records.last_told(resolve(tx, "u", "").id), ToldBy{});
    remember("a", 1);
    remember("b", 2);
    remember("a", 3);
    remember("c", 4);
    remember("a", 5);
    const StoredRecord record = resolve(tx, "u", "");
    EXPECT_EQ(tx.records.latest(record, "a")->body_hash, "a5");
    EXPECT_EQ(tx.records.latest(record, "b")->body_hash, "b2");
    EXPECT_EQ(tx.records.latest(record, "c")->delivery, 4);
    EXPECT_FALSE(tx.records.latest(record, "d"));
    EXPECT_EQ(tx.records.last_told(record.id).delivery, 5);
  });
}

TEST_F(StoreTest, AnAliasOfATransactionThatFailedIsForgotten) {
  const auto make = [](Transaction& tx) {
    resolve(tx, "u", "");
    resolve(tx, "u", "");  // from memory
    throw HostError("no");
  };
  EXPECT_THROW(write(make), HostError);
  write([](Transaction& tx) { resolve(tx, "v", ""); });
  EXPECT_EQ(write([](Transaction& tx) { return resolve(tx, "u", "").key.key; }), "u");
}

}  // namespace
}  // namespace fh
