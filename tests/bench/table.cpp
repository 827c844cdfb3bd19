#include "bench/table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/json.h"

namespace fh::bench {
namespace {

constexpr std::size_t kColumns = 7;
using Line = std::array<std::string, kColumns>;

std::string with_decimals(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

// Three digits at least, thousands apart: 0.123, 1.23, 12.3, 12,345.
std::string number(double value) {
  const double size = std::fabs(value);
  if (size < 100) return with_decimals(value, size < 1 ? 3 : size < 10 ? 2 : 1);
  std::string text = with_decimals(value, 0);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

std::string target_text(const Row& row) {
  switch (row.target) {
    case Target::none: return "";
    case Target::ratio_at_least: return "ratio >= " + with_decimals(row.limit, 2);
    case Target::ratio_at_most: return "ratio <= " + with_decimals(row.limit, 2);
    case Target::value_below: return "< " + number(row.limit) + " " + row.unit;
  }
  return "";
}

std::string yes_or_no(const std::optional<bool>& answer) {
  if (!answer) return "";
  return *answer ? "yes" : "NO";
}

Line line_of(const Row& row) {
  return {row.figure,
          number(row.median),
          row.unit,
          row.ceiling ? number(*row.ceiling) : "",
          row.ratio ? with_decimals(*row.ratio, 2) : "",
          target_text(row),
          yes_or_no(reached(row))};
}

bool is_number_column(std::size_t column) { return column == 1 || column == 3 || column == 4; }

}  // namespace

std::optional<bool> reached(const Row& row) {
  switch (row.target) {
    case Target::none: return std::nullopt;
    case Target::ratio_at_least: return row.ratio.value_or(0) >= row.limit;
    case Target::ratio_at_most: return row.ratio.value_or(INFINITY) <= row.limit;
    case Target::value_below: return row.median < row.limit;
  }
  return std::nullopt;
}

std::string table_text(const std::vector<Row>& rows) {
  std::vector<Line> lines = {{"figure", "median", "unit", "ceiling", "ratio", "target", "reached"}};
  for (const Row& row : rows) lines.push_back(line_of(row));
  std::array<std::size_t, kColumns> widths{};
  for (const Line& line : lines)
    for (std::size_t column = 0; column < kColumns; ++column)
      widths[column] = std::max(widths[column], line[column].size());
  std::string text;
  for (const Line& line : lines) {
    std::string shown;
    for (std::size_t column = 0; column < kColumns; ++column) {
      const std::string blanks(widths[column] - line[column].size(), ' ');
      shown += is_number_column(column) ? blanks + line[column] : line[column] + blanks;
      shown += "  ";
    }
    shown.erase(shown.find_last_not_of(' ') + 1);
    text += shown + "\n";
  }
  return text;
}

std::string table_json(const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const Row& row : rows) {
    const auto or_null = [](const auto& value) { return value ? Json(*value) : Json(); };
    list.push_back({{"figure", row.figure},
                    {"unit", row.unit},
                    {"median", row.median},
                    {"ceiling", or_null(row.ceiling)},
                    {"ratio", or_null(row.ratio)},
                    {"target", row.target == Target::none ? Json() : Json(target_text(row))},
                    {"reached", or_null(reached(row))}});
  }
  return to_text(list, 2) + "\n";
}

}  // namespace fh::bench
