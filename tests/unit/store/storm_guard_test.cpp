#include "store/storm_guard.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

TEST(StormGuard, SaysOnceInAWindowThatARecordBringsTooMany) {
  StormGuard guard;
  TimePoint now{Millis(1'000'000)};
  // One a minute, of which one in ten minutes would be enough.
  int told = 0;
  for (int minute = 0; minute < 35; ++minute, now += std::chrono::minutes(1))
    if (!guard.enter("p", 1, 1, now) && guard.to_be_told("p", 1, now)) ++told;
  EXPECT_EQ(told, 4) << "after 1, 12, 23 and 34 minutes";
  // Each pair for itself.
  for (const auto& [plugin, record] : {std::pair("p", 2), {"q", 1}}) {
    EXPECT_TRUE(guard.enter(plugin, record, 1, now));
    EXPECT_FALSE(guard.enter(plugin, record, 1, now));
    EXPECT_TRUE(guard.to_be_told(plugin, record, now));
    EXPECT_FALSE(guard.to_be_told(plugin, record, now));
  }
  // The next storm after an operator let it go on.
  guard.resume("q", 1);
  EXPECT_TRUE(guard.enter("q", 1, 1, now));
  EXPECT_FALSE(guard.enter("q", 1, 1, now));
  EXPECT_TRUE(guard.to_be_told("q", 1, now));
}

TEST(StormGuard, SeesAStormAmongAllThatOthersBring) {
  StormGuard guard;
  TimePoint now{std::chrono::hours(10)};
  int parked = 0;
  std::int64_t other = 100;
  for (int i = 0; i < 1200; ++i, now += std::chrono::seconds(3)) {
    if (!guard.enter("p", 1, 100, now)) ++parked;
    for (int j = 0; j < 300; ++j) EXPECT_TRUE(guard.enter("q", ++other, 100, now));
    guard.keep();
  }
  EXPECT_EQ(parked, 1100);
}

TEST(StormGuard, WhatIsRolledBackIsNotCounted) {
  StormGuard guard;
  const TimePoint now{std::chrono::hours(10)};
  EXPECT_TRUE(guard.enter("p", 1, 1, now));
  EXPECT_EQ(guard.entered(), 1U);
  EXPECT_FALSE(guard.enter("p", 1, 1, now));
  guard.forget(1);
  EXPECT_FALSE(guard.enter("p", 1, 1, now));
  guard.resume("p", 1);
  guard.forget(0);
  EXPECT_TRUE(guard.enter("p", 1, 1, now));
}

TEST(StormGuard, AClockThatIsSetBackEndsTheWindow) {
  StormGuard guard;
  TimePoint now{std::chrono::hours(10)};
  for (const Millis back : {Millis(0), Millis(std::chrono::hours(1))}) {
    now -= back;
    EXPECT_TRUE(guard.enter("p", 1, 1, now)) << back.count();
    EXPECT_FALSE(guard.enter("p", 1, 1, now));
    EXPECT_TRUE(guard.to_be_told("p", 1, now));
    EXPECT_FALSE(guard.to_be_told("p", 1, now));
  }
}

}  // namespace
}  // namespace fh
