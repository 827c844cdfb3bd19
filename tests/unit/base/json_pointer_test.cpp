#include "base/json_pointer.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

// RFC 6901 section 5, and what it leaves out.
TEST(JsonPointer, FindsWhatTheStandardSays) {
  const Json json = Json::parse(R"({"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3,
      "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8, "deep": {"": {"x": [[9]]}}, "00": 10})");
  const std::vector<std::pair<std::string, Json>> cases = {
      {"", json},   {"/foo", json["foo"]}, {"/foo/0", "bar"}, {"/foo/1", "baz"},
      {"/", 0},     {"/a~1b", 1},          {"/c%d", 2},       {"/e^f", 3},
      {"/g|h", 4},  {"/i\\j", 5},          {"/k\"l", 6},      {"/ ", 7},
      {"/m~0n", 8}, {"/deep//x/0/0", 9},   {"/00", 10}};
  for (const auto& [pointer, expected] : cases) {
    const Json* found = find_at(json, pointer);
    ASSERT_NE(found, nullptr) << pointer;
    EXPECT_EQ(*found, expected) << pointer;
  }
  for (const char* pointer :
       {"/nothing", "/foo/2", "/foo/00", "/foo/01", "/foo/-", "/foo/-1", "/foo/", "/foo/0/x",
        "/foo/99999999999999999999", "/foo/0x0", "foo", "/m~n", "/m~", "/a~2b"})
    EXPECT_EQ(find_at(json, pointer), nullptr) << pointer;
}

TEST(JsonPointer, IsToldFromOtherText) {
  for (const char* good : {"", "/", "/a", "/a/b", "/~0~1", "//"})
    EXPECT_TRUE(is_json_pointer(good)) << good;
  for (const char* bad : {"a", "a/b", "/~", "/~2", "/a~", "#/a"})
    EXPECT_FALSE(is_json_pointer(bad)) << bad;
}

TEST(JsonPointer, GivesTheValueItselfToChange) {
  Json json = Json::parse(R"({"a": [1, {"b": 2}]})");
  *find_at(json, "/a/1/b") = 3;
  EXPECT_EQ(json, Json::parse(R"({"a": [1, {"b": 3}]})"));
}

}  // namespace
}  // namespace fh
