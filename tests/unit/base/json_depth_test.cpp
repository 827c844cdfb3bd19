#include "base/json_depth.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

struct Case {
  const char* name;
  const char* text;
  int depth;
};

class JsonDepth : public testing::TestWithParam<Case> {};

TEST_P(JsonDepth, IsThatOfArraysAndObjectsWithinEachOther) {
  const auto& [name, text, depth] = GetParam();
  EXPECT_FALSE(deeper_than(depth, text));
  if (depth > 0) {
    EXPECT_TRUE(deeper_than(depth - 1, text));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, JsonDepth,
                         testing::Values(Case{"Nothing", "", 0}, Case{"Number", "17", 0},
                                         Case{"Empty", "[]", 1},
                                         Case{"Nested", R"({"a":[{"b":1}]})", 3},
                                         Case{"OneAfterTheOther", R"([[],{},[{}],[]])", 3},
                                         Case{"InText", R"(["[[[[{{{{"])", 1},
                                         Case{"AfterAnEscapedQuote", R"(["\"[[[[", {}])", 2},
                                         Case{"AfterAnEscapedBackslash", R"(["\\", [[]]])", 3},
                                         Case{"InAKey", R"({"[[[": {}})", 2},
                                         Case{"TextWithoutAnEnd", R"(["[[)", 1},
                                         Case{"EscapeAtTheEnd", R"(["\)", 1}),
                         [](const auto& test) { return test.param.name; });

TEST(JsonDepth, TellsWhere) { EXPECT_EQ(deeper_than(1, R"({"a": [1]})"), 6u); }

}  // namespace
}  // namespace fh
