#include "issue-certificate/event_time.h"

#include <algorithm>
#include <string_view>

namespace certificate {
namespace {

// 'd' stands for a digit, anything else for itself.
bool has_shape(std::string_view text, std::string_view shape) {
  return std::ranges::equal(text, shape, [](char c, char expected) {
    return expected == 'd' ? c >= '0' && c <= '9' : c == expected;
  });
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// "Z", "+02:00" or "-05:30".
std::optional<std::chrono::minutes> read_offset(std::string_view zone) {
  if (zone == "Z") return std::chrono::minutes(0);
  if (!has_shape(zone, "+dd:dd") && !has_shape(zone, "-dd:dd")) return std::nullopt;
  const auto offset = std::chrono::hours(number(zone.substr(1, 2))) +
                      std::chrono::minutes(number(zone.substr(4, 2)));
  return zone[0] == '-' ? -offset : offset;
}

}  // namespace

std::optional<std::chrono::sys_seconds> read_time(const std::string& text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  const std::string_view all = text;
  if (!has_shape(all.substr(0, kShape.size()), kShape)) return std::nullopt;
  std::string_view zone = all.substr(kShape.size());
  if (zone.starts_with('.')) {
    const auto end = zone.find_first_not_of("0123456789", 1);
    if (end == std::string_view::npos || end == 1) return std::nullopt;
    zone.remove_prefix(end);
  }
  const auto offset = read_offset(zone);
  const std::chrono::year_month_day day(std::chrono::year(number(all.substr(0, 4))),
                                        std::chrono::month(number(all.substr(5, 2))),
                                        std::chrono::day(number(all.substr(8, 2))));
  const std::chrono::hours hours(number(all.substr(11, 2)));
  const std::chrono::minutes minutes(number(all.substr(14, 2)));
  const std::chrono::seconds seconds(number(all.substr(17, 2)));
  const bool in_range = hours.count() < 24 && minutes.count() < 60 && seconds.count() <= 60;
  if (!offset || !day.ok() || int(day.year()) < 1970 || !in_range) return std::nullopt;
  return std::chrono::sys_days(day) + hours + minutes + seconds - *offset;
}

}  // namespace certificate
