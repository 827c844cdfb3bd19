#include "runtime/active_plugin.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

using namespace std::chrono_literals;
using Wait = std::optional<Millis>;

struct Waits {
  const char* name;
  Wait asked, asked_most;  // by the manifest
  Wait set, set_most;      // by the operator
  Millis first, second;    // what comes of it, without jitter
};

void PrintTo(const Waits& one, std::ostream* out) { *out << one.name; }

class Backoff : public testing::TestWithParam<Waits> {};

TEST_P(Backoff, IsTheOperatorsThenThePluginsThenTheDefault) {
  const Waits& one = GetParam();
  Manifest manifest;
  manifest.backoff = one.asked;
  manifest.backoff_max = one.asked_most;
  PluginLimits limits;
  limits.backoff = one.set;
  limits.backoff_max = one.set_most;
  const BackoffPolicy policy = merge_terms(manifest, limits).backoff;
  EXPECT_EQ(backoff(policy, 1, 0), one.first);
  EXPECT_EQ(backoff(policy, 2, 0), one.second);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Backoff,
    testing::Values(Waits{"Default", {}, {}, {}, {}, 10s, 40s},
                    Waits{"AskedAboveTheDefaultMost", 5h, {}, {}, {}, 5h, 5h},
                    Waits{"SetAboveTheDefaultMost", {}, {}, 2h, {}, 2h, 2h},
                    Waits{"SetAboveTheAskedMost", 1s, 1min, 10min, {}, 10min, 10min},
                    Waits{"SetBelowTheAskedMost", 1s, 1min, 20s, {}, 20s, 1min},
                    Waits{"SetMostBelowTheAskedFirst", 5h, {}, {}, 1min, 1min, 1min},
                    Waits{"SetMostBelowTheDefaultFirst", {}, {}, {}, 2s, 2s, 2s},
                    Waits{"AskedMostBelowTheDefaultFirst", {}, 2s, {}, {}, 2s, 2s},
                    Waits{"SetBoth", 1s, 1min, 2h, 3h, 2h, 3h}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace fh
