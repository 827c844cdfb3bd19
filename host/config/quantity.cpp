#include "config/quantity.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <span>

namespace fh {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

// Largest first within one family: the first that divides a value is the one to write it with.
constexpr std::array<Unit, 5> kDurations{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 4> kBinarySizes{
    {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};
constexpr std::array<Unit, 3> kDecimalSizes{
    {{"GB", 1'000'000'000}, {"MB", 1'000'000}, {"KB", 1'000}}};

std::optional<std::int64_t> parse(std::string_view text, std::span<const Unit> units) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (number > std::numeric_limits<std::int64_t>::max() / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

std::string write(std::int64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value % unit.factor == 0 && (value != 0 || unit.factor == 1))
      return std::to_string(value / unit.factor) + std::string(unit.name);
  }
  return {};  // not reached: the last unit of a family has the factor 1
}

}  // namespace

std::optional<Millis> parse_duration(std::string_view text) {
  const auto value = parse(text, kDurations);
  return value ? std::optional(Millis(*value)) : std::nullopt;
}

std::string duration_text(Millis value) { return write(value.count(), kDurations); }

std::optional<std::size_t> parse_size(std::string_view text) {
  auto value = parse(text, kBinarySizes);
  if (!value) value = parse(text, kDecimalSizes);
  return value ? std::optional(static_cast<std::size_t>(*value)) : std::nullopt;
}

std::string size_text(std::size_t bytes) {
  return write(static_cast<std::int64_t>(bytes), kBinarySizes);
}

}  // namespace fh
