#include "store/retention.h"

#include "queue/idempotency.h"
#include "queue/timer.h"
#include "support/store_fixture.h"

namespace fh {
namespace {

using namespace std::chrono_literals;
using test::StoreTest;

class RetentionTest : public StoreTest {
 protected:
  // Until nothing more is removed.
  void prune(const RetentionTerms& terms = {.age = 24h, .dead = 48h}) {
    for (int round = 0; round < 100; ++round)
      if (!write([&](Transaction& tx) { return tx.retention.prune(terms, tx.now, 3); })) return;
    FAIL() << "it never ends";
  }
  std::size_t deliveries() { return Views(store_->reader()).deliveries({}).size(); }
  std::size_t jobs() { return Views(store_->reader()).jobs({}).size(); }

  std::int64_t ended(OutcomeKind kind) {
    const std::int64_t job = add_job(record("r" + std::to_string(++records_)));
    const auto leased = lease();
    EXPECT_EQ(leased->id, job);
    Outcome outcome;
    outcome.kind = kind;
    finish(*leased, outcome);
    return job;
  }

  void arrived(std::size_t bytes, const std::string& head = "[]") {
    NewDelivery delivery;
    delivery.id = store_->new_delivery_id();
    delivery.source = "s";
    delivery.status = DeliveryStatus::ignored;
    delivery.received_at = clock_.now();
    delivery.head = head;
    const std::string body(bytes, 'x');
    delivery.body = body;
    write([&](Transaction& tx) { tx.deliveries.insert(delivery); });
  }

  int records_ = 0;
};

TEST_F(RetentionTest, RemovesWhatEndedWellAndKeepsWhatIsYoungOpenOrDead) {
  for (int i = 0; i < 10; ++i) ended(OutcomeKind::done);
  const std::int64_t dead = ended(OutcomeKind::fail);
  const std::int64_t open = add_job(record("open"), "q");
  prune();
  EXPECT_EQ(deliveries(), 12U);
  clock_.advance(25h);
  const std::int64_t young = ended(OutcomeKind::done);
  prune();
  EXPECT_EQ(deliveries(), 3U);
  EXPECT_EQ(state_of(dead), "dead");
  EXPECT_EQ(state_of(open), "available");
  EXPECT_EQ(state_of(young), "completed");
  EXPECT_TRUE(Views(store_->reader()).runs_of(1).empty());
  expect_tallies_hold();
  clock_.advance(24h);
  prune();
  EXPECT_EQ(state_of(dead), "");
  EXPECT_EQ(jobs(), 1U);
  expect_tallies_hold();
}

TEST_F(RetentionTest, RemovesWhatWasDoneToAJobWithIt) {
  const std::int64_t job = ended(OutcomeKind::done);
  write([&](Transaction& tx) { tx.actions.add({tx.now, "ops", "retry", job, "p"}); });
  EXPECT_EQ(Views(store_->reader()).actions_on_job(job).size(), 1U);
  clock_.advance(25h);
  prune();
  EXPECT_TRUE(Views(store_->reader()).actions_on_job(job).empty());
}

TEST_F(RetentionTest, KeepsOnceKeysForGood) {
  const EffectName letter{EffectName::Kind::once, "letter"};
  const auto send_letter = [&](const JobRow& job) {
    const AskingRun run{job.plugin, job.id, job.lease};
    const Begin begun = write([&](Transaction& tx) { return begin_effect(tx, run, letter); }).begin;
    if (begun == Begin::begun) {
      EXPECT_FALSE(write([&](Transaction& tx) { return finish_effect(tx, run, letter, "1", {}); }));
    }
    finish(job, {});
    return begun;
  };
  add_job(record("a"));
  EXPECT_EQ(send_letter(*lease()), Begin::begun);
  clock_.advance(25h);
  prune();
  EXPECT_EQ(deliveries(), 0U);
  add_job(record("a"));
  EXPECT_EQ(send_letter(*lease()), Begin::done);
}

TEST_F(RetentionTest, RemovesTheOldestEarlyWhenTheStoreIsTooLarge) {
  for (int i = 0; i < 10; ++i) ended(OutcomeKind::done);
  prune({.age = 24h, .dead = 48h, .max_bytes = 1'000'000'000});
  EXPECT_EQ(deliveries(), 10U);
  prune({.age = 24h, .dead = 48h, .max_bytes = 1});
  EXPECT_EQ(deliveries(), 0U);
  const auto hasty = [&] {
    return write([](Transaction& tx) { return tx.retention.take_hasty(); });
  };
  EXPECT_EQ(hasty(), 10) << "they had just come";
  ended(OutcomeKind::done);
  clock_.advance(2h);
  prune({.age = 24h, .dead = 48h, .max_bytes = 1});
  EXPECT_EQ(deliveries(), 0U);
  EXPECT_EQ(hasty(), 0);
}

TEST_F(RetentionTest, ThatTakesWhatIsYoungSaysSoOnceAnHour) {
  testing::internal::CaptureStderr();
  Timer timer(*store_, clock_, {.age = 24h, .dead = 48h, .max_bytes = 1});
  for (const auto since_last : {0min, 30min, 30min, 10min}) {
    clock_.advance(since_last);
    ended(OutcomeKind::done);
    timer.tick();
  }
  const std::string log = testing::internal::GetCapturedStderr();
  const auto first = log.find("warning retention_short removed=1 ");
  ASSERT_NE(first, std::string::npos) << log;
  const auto second = log.find("warning retention_short removed=2 ", first);
  ASSERT_NE(second, std::string::npos) << log;
  EXPECT_EQ(log.find("retention_short", second + 20), std::string::npos) << log;
}

TEST_F(RetentionTest, KeepsWhatFitsWhenTheStoreIsTooLarge) {
  for (int i = 0; i < 40; ++i) arrived(100'000);
  while (write([&](Transaction& tx) {
    return tx.retention.prune({.age = 24h, .dead = 48h, .max_bytes = 2'000'000}, tx.now, 1000);
  })) {
  }
  EXPECT_GE(deliveries(), 10U) << "at once more than had to go";
  EXPECT_LE(deliveries(), 20U);
}

TEST_F(RetentionTest, TakesLargeOnesAFewAtATime) {
  for (int i = 0; i < 10; ++i) arrived(1 << 20);
  clock_.advance(25h);
  EXPECT_TRUE(write([&](Transaction& tx) {
    return tx.retention.prune({.age = 24h, .dead = 48h}, tx.now, 1000);
  }));
  EXPECT_EQ(deliveries(), 9U);
  prune();
  EXPECT_EQ(deliveries(), 0U);
}

TEST_F(RetentionTest, PassesOverWhatCameWhileTheClockWasAhead) {
  ended(OutcomeKind::done);
  clock_.jump(24h * 400);
  const std::int64_t ahead = ended(OutcomeKind::done);
  clock_.jump(-24h * 400);
  for (int i = 0; i < 10; ++i) ended(OutcomeKind::done);
  clock_.advance(25h);
  const std::int64_t young = ended(OutcomeKind::done);
  prune();
  EXPECT_EQ(deliveries(), 2U);
  EXPECT_EQ(state_of(ahead), "completed");
  EXPECT_EQ(state_of(young), "completed");
}

TEST_F(RetentionTest, KeepsWhenEachSourceWasHeardLast) {
  const auto last = [&] { return Views(store_->reader()).last_delivery_of("s"); };
  const TimePoint heard = clock_.now();
  arrived(10);
  clock_.advance(1h);
  arrived(10, "[[\"Imported\",\"by ops\"]]");
  EXPECT_EQ(last(), heard);
  clock_.advance(25h);
  prune();
  EXPECT_EQ(deliveries(), 0U);
  EXPECT_EQ(last(), heard);
  arrived(10);
  EXPECT_EQ(last(), clock_.now());
}

TEST_F(RetentionTest, NeverGivesAnIdAgain) {
  const std::int64_t first = ended(OutcomeKind::done);
  clock_.advance(1000h);
  prune();
  EXPECT_EQ(deliveries(), 0U);
  reopen();
  EXPECT_GT(ended(OutcomeKind::done), first);
}

}  // namespace
}  // namespace fh
