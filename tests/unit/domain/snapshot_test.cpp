#include "domain/snapshot.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

Json compared(const char* baseline, const char* snapshot) {
  return to_json(compare(Json::parse(baseline), Json::parse(snapshot)));
}

TEST(Compare, FindsNewOldAndUnknown) {
  EXPECT_EQ(compared(R"({"a":1,"b":null,"c":""})", R"({"a":2,"b":"","c":null,"d":1})"),
            Json::parse(R"({"a":{"from":1,"to":2},"b":{"from":null,"to":""},
                            "c":{"from":"","to":null},"d":{"to":1}})"));
}

TEST(Compare, WhatWasUnknownAndIsEmptyIsNoChangeUnlessAllIsUnknown) {
  const char* record = R"({"b":null,"c":"","custom_field":{"x":null,"y":0}})";
  EXPECT_EQ(compared(R"({"a":1})", record), Json::parse(R"({"y":{"to":0}})"));
  EXPECT_EQ(compared("{}", record).size(), 4U);
}

TEST(Compare, TheTextOfANumberIsThatNumber) {
  EXPECT_EQ(compared(R"({"a":"5","b":"true","c":"5","d":"5","e":"null","f":5})",
                     R"({"a":5.0,"b":true,"c":6,"d":true,"e":null,"f":"5"})"),
            Json::parse(R"({"c":{"from":"5","to":6},"d":{"from":"5","to":true},
                            "e":{"from":"null","to":null},"f":{"from":5,"to":"5"}})"));
}

TEST(Compare, AbsentIsNotCleared) {
  EXPECT_EQ(compared(R"({"a":1,"b":2})", R"({"a":1})"), Json::object());
}

TEST(Compare, CustomFieldsGoByTheirBareName) {
  EXPECT_EQ(compared(R"({"custom_field":{"x":1,"y":2}})", R"({"custom_field":{"x":2,"y":2}})"),
            Json::parse(R"({"x":{"from":1,"to":2}})"));
}

TEST(Compare, AShadowedCustomFieldKeepsItsPrefix) {
  EXPECT_EQ(compared(R"({"x":1,"custom_field":{"x":1}})", R"({"x":1,"custom_field":{"x":2}})"),
            Json::parse(R"({"custom_field.x":{"from":1,"to":2}})"));
}

TEST(Compare, KnowsACustomFieldThatAChangeListTold) {
  EXPECT_EQ(compared(R"({"x":"Passed"})", R"({"custom_field":{"x":"Failed"}})"),
            Json::parse(R"({"x":{"from":"Passed","to":"Failed"}})"));
}

TEST(Merge, ASnapshotLaysOverAndKeepsTheRest) {
  Event event;
  event.snapshot = SnapshotText(Json::parse(R"({"a":2,"custom_field":{"x":2}})"));
  EXPECT_EQ(merge(Json::parse(R"({"a":1,"b":1,"x":1,"custom_field":{"x":1,"y":1}})"), event),
            Json::parse(R"({"a":2,"b":1,"custom_field":{"x":2,"y":1}})"));
}

TEST(Merge, AChangeListGoesWhereTheFieldIs) {
  Event event;
  event.changes = changes_from_json(Json::parse(
      R"({"a":{"to":2},"x":{"to":3},"custom_field.z":{"to":4},"n":{"to":5},"p.q":{"to":6}})"));
  EXPECT_EQ(merge(Json::parse(R"({"a":1,"custom_field":{"x":1}})"), event),
            Json::parse(R"({"a":2,"custom_field":{"x":3,"z":4},"n":5,"p":{"q":6}})"));
}

TEST(Merge, AFieldThatIsKnownAsACustomOneStaysOne) {
  Event event;
  event.snapshot = SnapshotText(Json::parse(R"({"x":null,"z":1,"custom_field":{"z":2}})"));
  EXPECT_EQ(merge(Json::parse(R"({"custom_field":{"x":1,"z":1}})"), event),
            Json::parse(R"({"z":1,"custom_field":{"x":null,"z":2}})"));
}

TEST(Merge, AChangeListThatSaysSoMeansTheCustomField) {
  Event event;
  event.changes["x"] = {.from = {}, .to = 2, .custom = true};
  EXPECT_EQ(merge(Json::parse(R"({"x":1,"custom_field":{"x":1}})"), event),
            Json::parse(R"({"x":1,"custom_field":{"x":2}})"));
}

TEST(Merge, NullInThePlaceOfTheCustomFieldsClearsEachWhereItIsAWholeRecords) {
  const Json known = Json::parse(R"({"custom_field":{"x":1,"y":2}})");
  const Json cleared = Json::parse(R"({"custom_field":{"x":null,"y":null}})");
  Event list;
  list.changes["custom_field"].to = nullptr;
  Event whole;
  whole.snapshot = SnapshotText(Json::parse(R"({"custom_field":null})"));
  EXPECT_EQ(merge(known, list), known);
  EXPECT_EQ(merge(known, whole), cleared);
  EXPECT_EQ(to_json(compare(known, whole.snapshot.json())),
            Json::parse(R"({"x":{"from":1,"to":null},"y":{"from":2,"to":null}})"));
  whole.snapshot = SnapshotText(Json::parse(R"({"custom_field":[]})"));
  EXPECT_EQ(merge(known, whole), known);
  EXPECT_TRUE(compare(known, whole.snapshot.json()).empty());
}

TEST(Completed, HasWhatWasNotKnownAsItIsNow) {
  EXPECT_EQ(completed(Json::parse(R"({"a":1,"c":{"x":1}})"),
                      Json::parse(R"({"a":2,"b":3,"c":{"x":2,"y":4}})")),
            Json::parse(R"({"a":1,"b":3,"c":{"x":1,"y":4}})"));
  EXPECT_EQ(completed("x", Json::parse(R"({"a":2})")), "x");
}

TEST(MoveCustomFields, TakesWhatWasToldByTheBareNameAlong) {
  Changes changes;
  changes["f.g"].custom = changes["h"].custom = changes["s"].custom = true;
  Json known = Json::parse(R"({"f":{"g":1,"x":2},"s":1,"t":1,"custom_field":{"s":2}})");
  move_custom_fields(known, changes);
  EXPECT_EQ(known, Json::parse(R"({"s":1,"t":1,"custom_field":{"f":{"g":1,"x":2},"s":2}})"));
}

TEST(FindField, StandardBeforeCustom) {
  const Json record = Json::parse(R"({"a":1,"custom_field":{"a":2,"b":3,"c":{"d":4}}})");
  EXPECT_EQ(*find_field(record, "a"), 1);
  EXPECT_EQ(*find_field(record, "b"), 3);
  EXPECT_EQ(*find_field(record, "custom_field.a"), 2);
  EXPECT_EQ(*find_field(record, "c.d"), 4);
  EXPECT_EQ(find_field(record, "c.e"), nullptr);
  EXPECT_EQ(find_field(record, "a.b"), nullptr);
}

}  // namespace
}  // namespace fh
