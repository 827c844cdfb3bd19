#include "base/clock.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

TEST(Rfc3339, RoundTrips) {
  for (const char* text :
       {"2026-06-24T10:15:30.000Z", "1970-01-01T00:00:00.001Z", "2000-02-29T23:59:59.999Z"}) {
    const auto at = parse_rfc3339(text);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(rfc3339(*at), text);
  }
}

TEST(Rfc3339, ReadsOffsetsAndFractions) {
  EXPECT_EQ(rfc3339(*parse_rfc3339("2026-06-24T10:15:30+02:00")), "2026-06-24T08:15:30.000Z");
  EXPECT_EQ(rfc3339(*parse_rfc3339("2026-06-24 10:15:30.123456-01:30")),
            "2026-06-24T11:45:30.123Z");
}

TEST(Rfc3339, RefusesWhatIsNot) {
  for (const char* text : {"", "2026", "2026-06-24", "2026-06-24T10:15:30", "2026-02-30T10:15:30Z",
                           "2026-13-01T10:15:30Z", "2026-06-24T25:15:30Z", "2026-06-24T10:15:30Zx",
                           "x2026-06-24T10:15:30Z", "2026-06-24T10:15:30+0200"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(GivenTime, IsReadAsProgramsWriteIt) {
  for (const char* text :
       {"2026-06-24T10:15:30Z", "2026-06-24 10:15:30", "2026-06-24T12:15:30+0200",
        "2026-06-24T10:15:30.000-0000", "1782296130", "1782296130000"}) {
    const auto at = parse_time(text);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(rfc3339(*at), "2026-06-24T10:15:30.000Z") << text;
  }
  for (const char* text : {"", "x", "2026", "20260624", "-1782296130", "178229613000000", "1e10",
                           "2026-06-24", "+0200", "2026-06-24T10:15:30+02"})
    EXPECT_FALSE(parse_time(text)) << text;
}

}  // namespace
}  // namespace fh
