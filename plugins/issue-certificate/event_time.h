// When a certificate was earned: the event's own time, which every run of the job sees alike, never
// the clock. Safe from any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace certificate {

/// RFC 3339 ("2026-06-24T10:15:30.000Z", "2026-06-24T12:15:30+02:00") with a year from 1970 to
/// 9999; nullopt for anything else.
std::optional<std::chrono::sys_seconds> read_time(const std::string& text);

}  // namespace certificate
