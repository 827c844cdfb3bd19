#include "base/clock.h"

#include <charconv>
#include <cstdio>
#include <ctime>

namespace fh {

TimePoint SystemClock::now() const {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

Millis SystemClock::steady() const {
#ifdef CLOCK_BOOTTIME
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds(time.tv_sec) +
         std::chrono::duration_cast<Millis>(std::chrono::nanoseconds(time.tv_nsec));
#else
  return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
#endif
}

std::string rfc3339(TimePoint at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  // to_time_t() would go through nanoseconds, which end in 2262.
  const std::time_t whole = seconds.time_since_epoch().count();
  std::tm utc{};
#ifdef _WIN32
  gmtime_s(&utc, &whole);  // up to the year 3000
#else
  gmtime_r(&whole, &utc);
#endif
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
                utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                static_cast<int>((at - seconds).count()));
  return text;
}

namespace {

// Reads a number of exactly `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// ".5", ".123456": cut to milliseconds.
Millis take_fraction(std::string_view& text) {
  if (!take_char(text, ".")) return Millis(0);
  int ms = 0;
  int scale = 100;
  while (auto digit = take_number(text, 1)) {
    ms += *digit * scale;
    scale /= 10;
  }
  return Millis(ms);
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take_char(text, "Zz")) return std::chrono::minutes(0);
  const bool west = text.starts_with('-');
  if (!take_char(text, "+-")) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || !take_char(text, ":")) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::chrono::minutes offset(*hours * 60 + *minutes);
  return west ? -offset : offset;
}

}  // namespace

std::optional<TimePoint> parse_rfc3339(std::string_view text) {
  int parts[6];
  constexpr std::string_view kAfter[6] = {"-", "-", "Tt ", ":", ":", ""};
  for (int i = 0; i < 6; ++i) {
    const auto number = take_number(text, i == 0 ? 4 : 2);
    if (!number || (!kAfter[i].empty() && !take_char(text, kAfter[i]))) return std::nullopt;
    parts[i] = *number;
  }
  const Millis fraction = take_fraction(text);
  const auto offset = take_offset(text);
  const std::chrono::year_month_day date{std::chrono::year(parts[0]),
                                         std::chrono::month(static_cast<unsigned>(parts[1])),
                                         std::chrono::day(static_cast<unsigned>(parts[2]))};
  const bool valid =
      offset && text.empty() && date.ok() && parts[3] < 24 && parts[4] < 60 && parts[5] <= 60;
  if (!valid) return std::nullopt;
  const auto time = std::chrono::hours(parts[3]) + std::chrono::minutes(parts[4]) +
                    std::chrono::seconds(parts[5]);
  const TimePoint at = std::chrono::sys_days(date) + time - *offset + fraction;
  const std::chrono::year_month_day in_utc(std::chrono::floor<std::chrono::days>(at));
  const bool writable =
      in_utc.year() >= std::chrono::year(0) && in_utc.year() <= std::chrono::year(9999);
  return writable ? std::optional(at) : std::nullopt;
}

namespace {

std::optional<TimePoint> since_1970(std::string_view digits) {
  constexpr std::int64_t kFirstMillis = 100'000'000'000;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return from_ms(number >= kFirstMillis ? number : number * 1000);
}

}  // namespace

std::optional<TimePoint> parse_time(std::string_view text) {
  constexpr std::size_t kFewestDigits = 9;
  constexpr std::size_t kMostDigits = 14;  // of milliseconds, up to the year 5138
  if (text.find_first_not_of("0123456789") == std::string_view::npos)
    return text.size() >= kFewestDigits && text.size() <= kMostDigits ? since_1970(text)
                                                                      : std::nullopt;
  if (const auto at = parse_rfc3339(text)) return at;
  constexpr std::size_t kOffset = 5;  // "+0200"
  if (text.size() <= kOffset) return std::nullopt;
  const std::string local(text.substr(0, text.size() - kOffset));
  const std::string offset(text.substr(local.size()));
  if (offset[0] != '+' && offset[0] != '-') return parse_rfc3339(local + offset + "Z");
  return parse_rfc3339(local + offset.substr(0, 3) + ":" + offset.substr(3));
}

}  // namespace fh
