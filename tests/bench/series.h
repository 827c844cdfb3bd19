// Medians and percentiles of measured values. Pure.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"

namespace fh::bench {

/// The value that `share` (0 to 1) of the values do not exceed. There must be at least one.
template <class Number>
Number percentile(std::vector<Number> values, double share) {
  CHECK(!values.empty());
  const auto last = static_cast<double>(values.size() - 1);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::lround(share * last));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

inline double median(const std::vector<double>& values) { return percentile(values, 0.5); }

/// Each value by its neighbour: runs that alternate share the machine's mood, so the median of
/// their ratios wanders less than the ratio of their medians.
inline double median_ratio(const std::vector<double>& values, const std::vector<double>& ceilings) {
  CHECK(values.size() == ceilings.size());
  std::vector<double> ratios;
  for (std::size_t i = 0; i < values.size(); ++i) ratios.push_back(values[i] / ceilings[i]);
  return median(ratios);
}

}  // namespace fh::bench
