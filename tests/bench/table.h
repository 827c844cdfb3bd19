// Row: one figure as it is shown: its median, the ceiling it is held against, and whether it is
// where it should be. Plain values.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace fh::bench {

enum class Target { none, ratio_at_least, ratio_at_most, value_below };

struct Row {
  std::string figure;
  std::string unit;
  double median = 0;
  std::optional<double> ceiling = {};  // in the same unit, from the same run
  std::optional<double> ratio = {};    // of the figure to its ceiling
  Target target = Target::none;
  double limit = 0;
};

/// nullopt when nothing is asked of it.
std::optional<bool> reached(const Row& row);

/// For people: aligned columns, a heading first.
std::string table_text(const std::vector<Row>& rows);

/// For programs: an array of {figure, unit, median, ceiling, ratio, target, reached}.
std::string table_json(const std::vector<Row>& rows);

}  // namespace fh::bench
