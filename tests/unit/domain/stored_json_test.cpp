#include "domain/stored_json.h"

#include <gtest/gtest.h>

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
  for (const char* pointer : {"", "/ab", "/ab/c", "/ab/d", "/g", "/h"}) {
    const auto text = stored_at(kBody, pointer);
    ASSERT_TRUE(text) << pointer;
    EXPECT_EQ(Json::parse(*text), Json::parse(kBody).at(Json::json_pointer(pointer))) << pointer;
  }
  // Through an array, with an escape, and what is not there.
  for (const char* pointer : {"/ab/c/1", "/e~1f", "/ab/x", "/x", "/h/x", "/g/x", "/c"})
    EXPECT_FALSE(stored_at(kBody, pointer)) << pointer;
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
  const auto shape = [](const char* text) { return shape_of(Json::parse(text)); };
  EXPECT_EQ(shape(R"({"a":1,"custom_field":{"b":2}})"),
            shape(R"({"a":2,"custom_field":{"b":null}})"));
  for (const char* other :
       {R"({"a":1})", R"({"a":1,"custom_field":{}})", R"({"a":1,"b":2})",
        R"({"a":1,"custom_field":{"c":2}})", R"({"a":1,"b":1,"custom_field":{}})", R"({})"})
    EXPECT_NE(shape(R"({"a":1,"custom_field":{"b":2}})"), shape(other)) << other;
}

}  // namespace
}  // namespace fh
