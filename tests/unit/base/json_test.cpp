#include "base/json.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

struct Refused {
  const char* name;
  std::string text;
  const char* reason;  // a part of it
};

class StrictJsonRefuses : public testing::TestWithParam<Refused> {};

TEST_P(StrictJsonRefuses, WithItsReason) {
  const StrictJson parsed = parse_strict(GetParam().text);
  ASSERT_TRUE(parsed.refusal);
  EXPECT_NE(parsed.refusal->reason.find(GetParam().reason), std::string::npos)
      << parsed.refusal->reason;
}

std::string nested(int levels) {
  return std::string(static_cast<std::size_t>(levels), '[') +
         std::string(static_cast<std::size_t>(levels), ']');
}

INSTANTIATE_TEST_SUITE_P(
    Table, StrictJsonRefuses,
    testing::Values(Refused{"Empty", "", "not valid JSON"},
                    Refused{"NulByte", std::string("{\"a\":1}\0garbage", 15), "NUL"},
                    Refused{"SameKeyTwice", R"({"a":1,"b":{"c":1},"a":2})", "\"a\" stands twice"},
                    Refused{"SameKeyTwiceInside", R"([{"x":{"k":1,"k":1}}])", "\"k\" stands twice"},
                    Refused{"IntegerOver64Bits", "18446744073709551616", "64 bits"},
                    Refused{"IntegerUnder64Bits", "[-9223372036854775809]", "64 bits"},
                    Refused{"TooDeep", nested(65), "deeper than 64"},
                    Refused{"NotUtf8", "\"\xff\"", "not valid JSON"},
                    Refused{"TrailingText", "{} x", "not valid JSON"},
                    Refused{"CutShort", R"({"a":)", "not valid JSON"},
                    Refused{"Comment", "{} // x", "not valid JSON"}),
    [](const auto& test) { return test.param.name; });

TEST(StrictJson, BuildsWhatNlohmannBuilds) {
  for (const std::string text :
       {R"({"a":[1,-2,3.5,true,null,"x"],"b":{"c":{}},"d":[]})", R"([])", R"("text")", "0",
        R"([[{"a":1},{"a":2}],[[]]])", "1e3", "18446744073709551615", "-9223372036854775808"}) {
    const StrictJson parsed = parse_strict(text);
    ASSERT_FALSE(parsed.refusal) << text;
    EXPECT_EQ(parsed.value, Json::parse(text)) << text;
  }
}

TEST(StrictJson, TakesTheDeepestAllowed) { EXPECT_FALSE(parse_strict(nested(64)).refusal); }

TEST(ToText, ReplacesWhatIsNotUtf8) { EXPECT_EQ(to_text(Json("a\xff")), "\"a\xEF\xBF\xBD\""); }

}  // namespace
}  // namespace fh
