#include "base/json.h"

#include <gtest/gtest.h>

#include "base/quick_json.h"

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
                    Refused{"NumberOverDouble", "[1e400]", "number 1e400 does not fit in a double"},
                    Refused{"TooDeep", nested(65), "deeper than 64"},
                    Refused{"NotUtf8", "\"\xff\"", "not valid JSON"},
                    Refused{"TrailingText", "{} x", "not valid JSON"},
                    Refused{"CutShort", R"({"a":)", "not valid JSON"},
                    Refused{"Comment", "{} // x", "not valid JSON"}),
    [](const auto& test) { return test.param.name; });

// It goes into logs and lists, and strangers choose the text.
TEST(StrictJson, RefusesInAFewWordsWhateverTheText) {
  const std::string mebibyte(1'048'576, 'A');
  const std::string word = "s3cret; expected s3cret";
  for (const std::string& text :
       {"{\"token\":\"" + mebibyte, "{\"" + mebibyte + "\":1,\"" + mebibyte + "\":2}",
        std::string(100'000, '1'), "[" + std::string(100'000, '9') + "e9999]",
        "\"" + word + "\x01\"", "{\"a\":\"" + word, word, "[\"" + word + "\" x]"}) {
    const auto refusal = parse_strict(text).refusal;
    ASSERT_TRUE(refusal) << text.substr(0, 40);
    EXPECT_LT(refusal->reason.size(), 200U);
    EXPECT_LT(refusal->rule.size(), 200U);
    EXPECT_EQ(refusal->reason.find("s3cret"), std::string::npos) << refusal->reason;
  }
}

TEST(StrictJson, SaysWhereAndWhatWasExpected) {
  EXPECT_EQ(parse_strict(R"({"a":[1,]})").refusal->reason,
            "not valid JSON at byte 9: syntax error while parsing value - unexpected ']'; expected "
            "'[', '{', or a literal");
  EXPECT_EQ(parse_strict(R"({"a":"b)").refusal->rule,
            "not valid JSON at byte 8: syntax error while parsing value - invalid string: missing "
            "closing quote");
}

TEST(StrictJson, HasARuleThatQuotesNothing) {
  const struct {
    const char* text;
    const char* rule;
  } cases[] = {{R"({"key":1,"key":2})", "a key stands twice in one object"},
               {"[18446744073709551616]", "an integer does not fit in 64 bits"},
               {"[1e400]", "a number does not fit in a double"}};
  for (const auto& one : cases) EXPECT_EQ(parse_strict(one.text).refusal->rule, one.rule);
}

TEST(StrictJson, BuildsWhatNlohmannBuilds) {
  for (const std::string text :
       {R"({"a":[1,-2,3.5,true,null,"x"],"b":{"c":{}},"d":[]})", R"([])", R"("text")", "0",
        R"([[{"a":1},{"a":2}],[[]]])", "1e3", "18446744073709551615", "-9223372036854775808"}) {
    const StrictJson parsed = parse_strict(text);
    ASSERT_FALSE(parsed.refusal) << text;
    EXPECT_EQ(parsed.value, Json::parse(text)) << text;
  }
}

// What the quick way takes, and how it is kept: plain text and every kind of number.
TEST(QuickJson, BuildsWhatNlohmannBuilds) {
  for (const std::string text :
       {R"({"a":[1,-2,3.5,true,false,null,"x\u00fc\ud83d\ude00\n"],"b":{"c":{}},"d":[],"":0})",
        R"([0,-0,1e3,-0.0,1E-7,0.1,123456789.123456789,9007199254740993,1e308])",
        R"([18446744073709551615,9223372036854775808,9223372036854775807])",
        R"([-9223372036854775808,2147483648])", R"( "text" )", "null", "[\"\\u0000\"]"}) {
    const auto value = parse_quickly(text);
    ASSERT_TRUE(value) << text;
    EXPECT_TRUE(is_quickly_strict(text)) << text;
    EXPECT_EQ(*value, Json::parse(text)) << text;
    EXPECT_EQ(to_text(*value), to_text(Json::parse(text))) << text;
  }
  EXPECT_TRUE((*parse_quickly("[1]"))[0].is_number_unsigned());
}

TEST(QuickJson, LeavesAllElseToTheStrictReader) {
  const std::string large = "[" + std::string(100'000, ' ') + "]";
  for (const std::string& text :
       {std::string("{\"a\":1,\"a\":1}"), nested(65), std::string("18446744073709551616"),
        std::string("-9223372036854775809"), std::string("\"\xff\""), std::string("[1,]"),
        std::string("{} x"), std::string("\"\\ud800\""), std::string("1e999"), std::string(),
        std::string("\"\t\""), std::string("01"), std::string("\xEF\xBB\xBF[]"), large}) {
    EXPECT_FALSE(parse_quickly(text)) << text.substr(0, 30);
    EXPECT_FALSE(is_quickly_strict(text)) << text.substr(0, 30);
  }
  EXPECT_FALSE(parse_strict(large).refusal);
  EXPECT_FALSE(parse_strict("\xEF\xBB\xBF[]").refusal);
}

// Few names and many are looked through in different ways.
TEST(QuickJson, SeesANameThatStandsTwice) {
  for (const int names : {2, 10, 31, 32, 33, 100}) {
    std::string text = "{";
    for (int i = 0; i < names; ++i) text += "\"n" + std::to_string(i) + "\":[{\"n0\":1}],";
    EXPECT_TRUE(is_quickly_strict(text + "\"x\":1}"));
    EXPECT_FALSE(is_quickly_strict(text + "\"\\u006e1\":1}")) << names;
    EXPECT_FALSE(is_quickly_strict(text + "\"x\":{\"y\":1,\"y\":2}}")) << names;
  }
}

TEST(CheckStrict, RefusesWhatParsingRefuses) {
  EXPECT_FALSE(check_strict(R"({"a":[1,"x"]})"));
  for (const std::string& text :
       {std::string("{\"a\":1\0}", 8), std::string("true\0", 5), std::string("{}\0", 3)})
    EXPECT_TRUE(check_strict(text));
  EXPECT_EQ(check_strict(R"({"a":1,"a":2})")->reason,
            parse_strict(R"({"a":1,"a":2})").refusal->reason);
}

TEST(StrictJson, TakesTheDeepestAllowed) { EXPECT_FALSE(parse_strict(nested(64)).refusal); }

TEST(ToText, ReplacesWhatIsNotUtf8) { EXPECT_EQ(to_text(Json("a\xff")), "\"a\xEF\xBF\xBD\""); }

}  // namespace
}  // namespace fh
