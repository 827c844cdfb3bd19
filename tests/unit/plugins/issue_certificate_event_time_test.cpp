#include <gtest/gtest.h>

#include "issue-certificate/event_time.h"

namespace {

using certificate::read_time;
using namespace std::chrono_literals;

TEST(CertificateEventTime, ReadsRfc3339) {
  const std::chrono::sys_seconds expected =
      std::chrono::sys_days(2026y / 6 / 24) + 10h + 15min + 30s;
  for (const char* text :
       {"2026-06-24T10:15:30Z", "2026-06-24T10:15:30.000Z", "2026-06-24T10:15:30.999999Z",
        "2026-06-24T12:15:30+02:00", "2026-06-24T04:45:30.5-05:30"})
    EXPECT_EQ(read_time(text), expected) << text;
}

TEST(CertificateEventTime, RefusesAnythingElse) {
  for (const char* text :
       {"", "yesterday", "1782296130000", "2026-06-24", "2026-06-24T10:15:30",
        "2026-13-24T10:15:30Z", "2026-06-31T10:15:30Z", "2026-06-24T25:15:30Z",
        "0000-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2026-06-24T10:15:30Z\n",
        "12026-06-24T10:15:30Z", "2026-06-24T10:15:30+2", "2026-06-24T10:15:30.Z",
        "2026-06-24T10:15:30.5", "2026-06-24 10:15:30Z", "+026-06-24T10:15:30Z"})
    EXPECT_FALSE(read_time(text)) << text;
}

}  // namespace
