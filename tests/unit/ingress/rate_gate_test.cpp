#include "ingress/rate_gate.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST(RateGate, LetsThroughAtOnceWhatItMayAndThenAsManyAgainInEachPeriod) {
  RateGate gate(RateLimit{10, 1000ms});
  const Clock::time_point start{1h};
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(gate.enter(start)) << i;
  EXPECT_EQ(gate.enter(start), 100ms);
  EXPECT_FALSE(gate.enter(start + 100ms));
  EXPECT_EQ(gate.enter(start + 150ms), 50ms);
  int passed = 0;
  for (auto now = start + 1h; now < start + 1h + 10s; now += 1ms) passed += gate.enter(now) ? 0 : 1;
  EXPECT_NEAR(passed, 110, 1);
}

TEST(RateGate, WithoutALimitLetsAllThrough) {
  RateGate gate(std::nullopt);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(gate.enter({}));
}

}  // namespace
}  // namespace fh
