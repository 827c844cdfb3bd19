#include "queue/quarantine.h"

#include "support/store_fixture.h"

namespace fh {
namespace {

using test::StoreTest;

class QuarantineTest : public StoreTest {
 protected:
  std::optional<Quarantine> crash(std::int64_t job, const std::string& build = "b1") {
    return write([&](Transaction& tx) { return note_crash(tx, {"p", build, job}); });
  }
  bool held(const std::string& build = "b1") {
    return write([&](Transaction& tx) { return tx.holds.is_quarantined("p", build); });
  }
};

TEST_F(QuarantineTest, TheThirdCrashWithinFiveMinutesSetsTheBuildAside) {
  EXPECT_FALSE(crash(1));
  clock_.advance(kCrashWindow / 2);
  EXPECT_FALSE(crash(2));
  clock_.advance(kCrashWindow / 2 - Millis(1));
  const auto quarantine = crash(1);
  ASSERT_TRUE(quarantine);
  EXPECT_EQ(quarantine->jobs, (std::vector<std::int64_t>{1, 2}));
  EXPECT_NE(quarantine->reason.find("fieldhook plugins reload p"), std::string::npos);
  EXPECT_TRUE(held());
  EXPECT_FALSE(crash(3)) << "it is set aside already";
}

TEST_F(QuarantineTest, CrashesFartherApartDoNot) {
  for (int i = 0; i < 6; ++i) {
    EXPECT_FALSE(crash(1));
    clock_.advance(kCrashWindow / 2);
  }
}

TEST_F(QuarantineTest, AnotherBuildHasACountOfItsOwn) {
  for (const int job : {1, 2, 3}) crash(job);
  EXPECT_TRUE(held());
  EXPECT_FALSE(held("b2"));
  EXPECT_FALSE(crash(4, "b2"));
  EXPECT_FALSE(crash(5, "b2"));
  EXPECT_FALSE(held("b2"));
}

TEST_F(QuarantineTest, CountAndQuarantineOutliveTheHost) {
  crash(1);
  crash(2);
  reopen();
  EXPECT_TRUE(crash(3));
  reopen();
  EXPECT_TRUE(held());
  const Holds holds = write([](Transaction& tx) { return tx.holds.all(); });
  EXPECT_EQ(holds.quarantines.at({"p", "b1"}).jobs, (std::vector<std::int64_t>{1, 2, 3}));
}

TEST_F(QuarantineTest, LiftingItForgetsTheCrashes) {
  for (const int job : {1, 2, 3}) crash(job);
  write([](Transaction& tx) { tx.holds.lift_quarantines("p"); });
  EXPECT_FALSE(held());
  EXPECT_FALSE(crash(4));
  EXPECT_FALSE(crash(5));
  EXPECT_TRUE(crash(6));
}

TEST_F(QuarantineTest, CrashesThatAClockSetBackLeavesInTheFutureDoNotCount) {
  crash(1);
  crash(2);
  clock_.jump(-std::chrono::hours(1));
  EXPECT_FALSE(crash(3));
  EXPECT_FALSE(crash(4));
  EXPECT_TRUE(crash(5));
}

}  // namespace
}  // namespace fh
