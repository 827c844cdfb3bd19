// Quantities: durations and sizes as people write them, "10s" and "1MiB". Whole numbers only, and
// the unit is never left out, so that no reader has to guess it. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace fh {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

/// "500ms", "10s", "10m", "2h", "1d"; nullopt for anything else and for what does not fit.
std::optional<Millis> parse_duration(std::string_view text);
/// The largest unit that leaves a whole number: 600000 ms is "10m".
std::string duration_text(Millis value);

/// "512B", "64KiB", "1MiB", "1GiB", and the powers of ten "1KB", "1MB", "1GB"; nullopt otherwise.
std::optional<std::size_t> parse_size(std::string_view text);
/// The largest binary unit that leaves a whole number: 1048576 is "1MiB".
std::string size_text(std::size_t bytes);

}  // namespace fh
