#include "domain/stored_json.h"

#include <gtest/gtest.h>

#include "base/json_pointer.h"
#include "domain/snapshot.h"

namespace fh {
namespace {

const Json kSnapshot = Json::parse(
    R"({"a":1,"b":null,"c":"","d":"x,\"}y\\","e":{"a":{"b":[1,{"c":2}]},"f":"g"},"h":[],"i":{},
        "j\"k":-1.5,"l":true,"m":"ü","custom_field":{"a":9,"z":"Passed","p":{"q":[]}},"last":0})");

TEST(StoredField, FindsWhatFindFieldFinds) {
  const std::string text = to_text(kSnapshot);
  for (const char* path :
       {"a",    "b",    "c", "d", "e",   "e.a",  "e.a.b", "e.f",          "h",
        "i",    "j\"k", "l", "m", "z",   "p",    "p.q",   "custom_field", "custom_field.a",
        "last", "f",    "x", "",  "a.b", "cust", "la"}) {
    const Json* expected = *path == '\0' ? nullptr : find_field(kSnapshot, path);
    const auto found = stored_field(text, path);
    ASSERT_EQ(found.has_value(), expected != nullptr) << path;
    if (expected != nullptr) {
      EXPECT_EQ(*found, *expected) << path;
    }
  }
}

TEST(StoredAt, FindsWhatAPointerNames) {
  constexpr std::string_view kBody =
      " { \"a\\u0062\" :\t{ \"c\" : [ 1 , { } ] , \"d\":2 } , \"e/f\" : 3 , \"g\" : \"} \" , \"h\" "
      ": null }\n";
  const Json body = Json::parse(kBody);
  StoredPlaces stored(kBody);
  for (const char* pointer :
       {"",        "/ab",   "/ab/c",   "/ab/d",    "/g",      "/h",       "/ab/c/0", "/ab/c/1",
        "/ab/c/1", "/e~1f", "/ab/c/2", "/ab/c/01", "/ab/c/-", "/ab/c/x",  "/ab/x",   "/x",
        "/h/x",    "/g/x",  "/c",      "x",        "/e~2f",   "/ab/c/1/x"}) {
    const Json* expected = find_at(body, pointer);
    const auto text = stored.at(pointer);
    ASSERT_EQ(text.has_value(), expected != nullptr) << pointer;
    if (expected != nullptr) {
      EXPECT_EQ(Json::parse(*text), *expected) << pointer;
    }
  }
  EXPECT_EQ(stored.members("/ab").size(), 2U);
  EXPECT_TRUE(stored.members("/ab/c").empty());
  EXPECT_EQ(StoredPlaces("\xEF\xBB\xBF [1] ").at(""), "[1]");
}

TEST(StoredValue, IsWhatIsWritten) {
  for (const char* text : {R"("")", R"("a")", R"("\"")", R"("a\u00fc")", R"("ü")", "1", "-1.5",
                           "true", "null", R"({"a":[1]})", "[]"})
    EXPECT_EQ(stored_value(text), Json::parse(text)) << text;
}

TEST(StoredMembers, AreTheItemsOfAnArrayToo) {
  const auto items = stored_members(R"([ 1 ,{"a":2}, "]" ])");
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[1].value, R"({"a":2})");
  EXPECT_EQ(items[2].value, R"("]")");
}

TEST(AnyStoredField, LooksAtCustomFieldsToo) {
  std::string names;
  EXPECT_TRUE(any_stored_field(R"({"a\"b":1,"custom_field":{"c":2},"d":{"e":3}})",
                               [&names](const std::string& name, auto) {
                                 names += name + " ";
                                 return name == "d";
                               }));
  EXPECT_EQ(names, "a\"b c d ");
  const auto is_group = [](const std::string& name, auto) { return name == "custom_field"; };
  EXPECT_FALSE(any_stored_field(R"({"custom_field":{"c":2}})", is_group));
  EXPECT_TRUE(any_stored_field(R"({"custom_field":null})", is_group));
}

TEST(StoredMember, IsAbsentInWhatIsNoObject) {
  for (const char* text : {"", "null", "[]", "{}", "\"a\"", "1"})
    EXPECT_FALSE(stored_member(text, "a")) << text;
}

TEST(StoredMember, CutTextIsNotReadBeyondItsEnd) {
  const std::string text = to_text(kSnapshot);
  for (std::size_t size = 0; size < text.size(); ++size)
    (void)stored_member(std::string(text, 0, size), "last");
}

TEST(Shape, IsOfTheFieldsAndNotOfTheirValues) {
  const auto shape = [](const char* text) { return stored_shape(stored_members(text)); };
  EXPECT_EQ(shape(R"({"a":1,"b":2})"), shape(R"( { "b" : {} , "a" : [ 1 ] } )"));
  EXPECT_EQ(shape(R"({"a":1,"custom_field":{"b":2}})"),
            shape(R"({"a":2,"custom_field":{"b":null}})"));
  EXPECT_EQ(shape(R"({"\u00fc":1})"), shape(R"({"ü":1})"));
  for (const char* other :
       {R"({"a":1})", R"({"a":1,"custom_field":{}})", R"({"a":1,"b":2})",
        R"({"a":1,"custom_field":{"c":2}})", R"({"a":1,"b":1,"custom_field":{}})", R"({})"})
    EXPECT_NE(shape(R"({"a":1,"custom_field":{"b":2}})"), shape(other)) << other;
}

}  // namespace
}  // namespace fh
