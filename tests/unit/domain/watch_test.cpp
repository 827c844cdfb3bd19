#include "domain/watch.h"

#include <gtest/gtest.h>

#include "domain/snapshot.h"
#include "domain/watch_index.h"

namespace fh {
namespace {

Event event_with(const char* changes, const char* snapshot = "null") {
  Event event;
  event.changes = changes_from_json(Json::parse(changes));
  event.snapshot = SnapshotText(Json::parse(snapshot));
  return event;
}

Watch watch_of(const char* json) {
  const ParsedWatch parsed = watch_from_json(Json::parse(json));
  EXPECT_EQ(parsed.mistake, "") << json;
  return parsed.watch;
}

struct Row {
  const char* name;
  const char* watch;
  const char* changes;
  bool met;
};

// The watch alone and the index over it must agree, so both are asked.
class WatchTable : public testing::TestWithParam<Row> {};

TEST_P(WatchTable, IsMetOrNot) {
  const Row& row = GetParam();
  const Watch watch = watch_of(row.watch);
  const Event event = event_with(row.changes);
  EXPECT_EQ(matches(watch, event), row.met);
  const WatchIndex index({{"p", {watch}}});
  EXPECT_EQ(!index.match(event).empty(), row.met);
  if (row.met) {
    EXPECT_TRUE(index.may_match(event));
  }
}

constexpr const char* kChanges = R"({"record":"contact","field":"s","changes":true})";
constexpr const char* kBecomes = R"({"record":"contact","field":"s","becomes":["Passed",2]})";
constexpr const char* kBecomesList =
    R"({"record":"contact","field":"s","becomes":[[1,{"x":2.0}]]})";
constexpr const char* kFromTo = R"({"record":"contact","field":"s","from":"A","to":"B"})";
constexpr const char* kClears = R"({"record":"contact","field":"s","clears":true})";
constexpr const char* kPath = R"({"record":"contact","field":"c.value","becomes":["x"]})";
constexpr const char* kPathClears = R"({"record":"contact","field":"c.v.w","clears":true})";
constexpr const char* kPathFromNull = R"({"record":"contact","field":"c.v","from":null,"to":"x"})";
constexpr const char* kPathChanges = R"({"record":"contact","field":"c.v","changes":true})";
constexpr const char* kCustom = R"({"record":"contact","field":"custom_field.s","becomes":["x"]})";
constexpr const char* kFromNull = R"({"record":"contact","field":"s","from":null,"to":"B"})";

INSTANTIATE_TEST_SUITE_P(
    Table, WatchTable,
    testing::Values(
        Row{"ChangesToAnything", kChanges, R"({"s":{"to":"x"}})", true},
        Row{"ChangesToNull", kChanges, R"({"s":{"to":null}})", true},
        Row{"ChangesNotOfAnotherField", kChanges, R"({"t":{"to":"x"}})", false},
        Row{"ChangesNotWithoutChanges", kChanges, R"({})", false},
        Row{"BecomesItsValue", kBecomes, R"({"s":{"to":"Passed"}})", true},
        Row{"BecomesThoughItWas", kBecomes, R"({"s":{"from":"Passed","to":"Passed"}})", true},
        Row{"BecomesANumber", kBecomes, R"({"s":{"to":2}})", true},
        Row{"BecomesTheSameNumberAsFloat", kBecomes, R"({"s":{"to":2.0}})", true},
        Row{"BecomesNotNumberAsText", kBecomes, R"({"s":{"to":"2"}})", false},
        Row{"BecomesNotTrue", kBecomes, R"({"s":{"to":true}})", false},
        Row{"BecomesNotOtherCase", kBecomes, R"({"s":{"to":"passed"}})", false},
        Row{"FromTo", kFromTo, R"({"s":{"from":"A","to":"B"}})", true},
        Row{"FromToNotFromUnknown", kFromTo, R"({"s":{"to":"B"}})", false},
        Row{"FromToNotFromNull", kFromTo, R"({"s":{"from":null,"to":"B"}})", false},
        Row{"FromToNotFromOther", kFromTo, R"({"s":{"from":"C","to":"B"}})", false},
        Row{"FromNullIsNotUnknown", kFromNull, R"({"s":{"to":"B"}})", false},
        Row{"FromNullIsNotEmpty", kFromNull, R"({"s":{"from":"","to":"B"}})", false},
        Row{"FromNull", kFromNull, R"({"s":{"from":null,"to":"B"}})", true},
        Row{"ClearsToNull", kClears, R"({"s":{"from":"x","to":null}})", true},
        Row{"ClearsToEmpty", kClears, R"({"s":{"to":""}})", true},
        Row{"ClearsNotWhatWasEmpty", kClears, R"({"s":{"from":"","to":null}})", false},
        Row{"ClearsNotToFalse", kClears, R"({"s":{"from":"x","to":false}})", false},
        Row{"BecomesAListWhateverItsFractions", kBecomesList, R"({"s":{"to":[1.0,{"x":2}]}})",
            true},
        Row{"PathInsideAChange", kPath, R"({"c":{"to":{"id":1,"value":"x"}}})", true},
        Row{"PathNotOtherMember", kPath, R"({"c":{"to":{"id":"x"}}})", false},
        Row{"PathNotIfSameBefore", kPath,
            R"({"c":{"from":{"id":1,"value":"x"},"to":{"id":2,"value":"x"}}})", false},
        Row{"PathClearsWithWhatItIsIn", kPathClears, R"({"c":{"from":{"v":{"w":"x"}},"to":null}})",
            true},
        Row{"PathClearsWithTheNext", kPathClears,
            R"({"c":{"from":{"v":{"w":"x"}},"to":{"v":null}}})", true},
        Row{"PathClearsNotWhatIsLeftOut", kPathClears,
            R"({"c":{"from":{"v":{"w":"x"}},"to":{"v":{}}}})", false},
        Row{"PathClearsNotWhatWasNotThere", kPathClears, R"({"c":{"from":{"w":1},"to":null}})",
            false},
        Row{"PathClearsNotFromUnknown", kPathClears, R"({"c":{"to":{"v":null}}})", false},
        Row{"PathFromNull", kPathFromNull, R"({"c":{"from":null,"to":{"v":"x"}}})", true},
        Row{"PathFromNullNotFromAbsent", kPathFromNull, R"({"c":{"from":{},"to":{"v":"x"}}})",
            false},
        Row{"PathChangesNotFromNullToNull", kPathChanges, R"({"c":{"from":null,"to":{"v":null}}})",
            false},
        Row{"PathNamedByTheSender", kPath, R"({"c.value":{"to":"x"}})", true},
        Row{"CustomFieldByBareName", kCustom, R"({"s":{"to":"x"}})", true},
        Row{"CustomFieldByFullName", kCustom, R"({"custom_field.s":{"to":"x"}})", true}),
    [](const auto& test) { return test.param.name; });

TEST(Watch, TheBareNameIsTheStandardFieldsWhereTheRecordHasBoth) {
  const Watch custom = watch_of(R"({"record":"contact","field":"custom_field.s","changes":true})");
  const Watch standard = watch_of(R"({"record":"contact","field":"s","changes":true})");
  const Watch part = watch_of(R"({"record":"contact","field":"s.x","changes":true})");
  const char* both = R"({"s":{"x":1},"custom_field":{"s":{"x":2}}})";
  const Event of_standard = event_with(R"({"s":{"to":{"x":1}}})", both);
  EXPECT_FALSE(matches(custom, of_standard));
  EXPECT_TRUE(matches(standard, of_standard));
  EXPECT_TRUE(matches(part, of_standard));
  const Event of_custom = event_with(R"({"custom_field.s":{"to":{"x":2}}})", both);
  EXPECT_TRUE(matches(custom, of_custom));
  EXPECT_FALSE(matches(standard, of_custom));
  EXPECT_FALSE(matches(part, of_custom));
}

TEST(Watch, RefusesMalformedJson) {
  for (const char* json :
       {R"(1)", R"({})", R"({"record":"contact"})",
        R"({"record":"lead","field":"f","changes":true})", R"({"record":"contact","changes":true})",
        R"({"record":"contact","field":"","changes":true})",
        R"({"record":"contact","field":"f","changes":false})",
        R"({"record":"contact","field":"custom_field","changes":true})",
        R"({"record":"contact","field":"custom_field.","clears":true})",
        R"({"record":"contact","field":"f","becomes":[]})",
        R"({"record":"contact","field":"f","becomes":"x"})",
        R"({"record":"contact","field":"f","from":1})",
        R"({"record":"contact","field":"f","changes":true,"clears":true})",
        R"({"record":"contact","field":"f","created":true})",
        R"({"record":"contact","field":"f","deleted":true})", R"({"record":"contact","deleted":1})",
        R"({"record":"contact","created":true,"deleted":true})",
        R"({"record":"contact","field":"f","chnges":true})"})
    EXPECT_NE(watch_from_json(Json::parse(json)).mistake, "") << json;
}

TEST(Watch, JsonRoundTrips) {
  for (const char* json :
       {kChanges, kBecomes, kFromTo, kClears, kPath, R"({"record":"company","created":true})",
        R"({"record":"company","deleted":true})"})
    EXPECT_EQ(to_json(watch_of(json)), Json::parse(json));
}

TEST(Watch, CreationNeedsACreationEventOfItsType) {
  const WatchIndex index({{"p", {watch_of(R"({"record":"company","created":true})")}}});
  Event event;
  event.type = RecordType::company;
  EXPECT_TRUE(index.match(event).empty());
  event.kind = EventKind::created;
  EXPECT_EQ(index.match(event).size(), 1u);
  event.type = RecordType::contact;
  EXPECT_TRUE(index.match(event).empty());
}

TEST(Watch, DeletionNeedsADeletionAndIsNoChange) {
  const Watch deleted = watch_of(R"({"record":"contact","deleted":true})");
  const WatchIndex index({{"p", {deleted, watch_of(kClears), watch_of(kChanges)}}});
  Event event = event_with("{}", R"({"s":"x"})");
  EXPECT_FALSE(index.may_match(event));
  EXPECT_EQ(why_not(deleted, event), "the event is \"updated\", not \"deleted\"");
  event.kind = EventKind::deleted;
  EXPECT_TRUE(index.may_match(event));
  const auto found = index.match(event);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].watches, std::vector<std::string>{"contact deleted"});
  event.type = RecordType::company;
  EXPECT_FALSE(index.may_match(event));
}

TEST(WatchIndex, MayMatchAFieldWhoseOwnNameHasADot) {
  const WatchIndex index(
      {{"p", {watch_of(R"({"record":"contact","field":"a.b","changes":true})")}}});
  Event event = event_with("{}", R"({"a.b":"z"})");
  event.mode = PayloadMode::full_object;
  EXPECT_TRUE(index.may_match(event));
  const Changes changes = {{"a.b", {Json("y"), Json("z")}}};
  EXPECT_EQ(index.match({event, changes, event.snapshot}).size(), 1u);
}

TEST(WatchIndex, OfAllCustomFieldsAtOnceOnlyANullMayMatch) {
  const WatchIndex index({{"p", {watch_of(kCustom)}}});
  Event event = event_with("{}", R"({"custom_field":null})");
  event.mode = PayloadMode::full_object;
  EXPECT_TRUE(index.may_match(event));
  event.type = RecordType::company;
  EXPECT_FALSE(index.may_match(event)) << "nobody watches a field of these";
  event.type = RecordType::contact;
  event.snapshot = SnapshotText(Json::parse(R"({"custom_field":[]})"));
  EXPECT_FALSE(index.may_match(event));
}

TEST(WatchIndex, GivesEachPluginOnceWithAllItsWatches) {
  const WatchIndex index({{"b", {watch_of(kChanges), watch_of(kBecomes), watch_of(kFromTo)}},
                          {"a", {watch_of(kBecomes)}},
                          {"c", {watch_of(kClears)}}});
  const auto found = index.match(event_with(R"({"s":{"to":"Passed"},"t":{"to":1}})"));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].plugin, "a");
  EXPECT_EQ(found[1].plugin, "b");
  EXPECT_EQ(found[1].watches,
            (std::vector<std::string>{"contact s changes", "contact s becomes \"Passed\" or 2"}));
}

TEST(WatchIndex, APartOfAChangedFieldMayHaveChangedUnlessTheOldValueIsKnown) {
  const WatchIndex index(
      {{"p", {watch_of(R"({"record":"contact","field":"c.v","changes":true})")}}});
  EXPECT_TRUE(index.may_match(event_with(R"({"c":{"to":null}})")));
  EXPECT_TRUE(index.may_match(event_with(R"({"custom_field.c":{"to":{"w":1}}})")));
  EXPECT_TRUE(index.match(event_with(R"({"c":{"to":null}})")).empty());
  EXPECT_FALSE(index.match(event_with(R"({"c":{"from":{"v":1},"to":null}})")).empty());
  EXPECT_FALSE(index.may_match(event_with(R"({"c":{"from":{"w":1},"to":{"w":2}}})")));
  EXPECT_FALSE(index.may_match(event_with(R"({"cv":{"to":1}})")));
}

// So many that it would take many minutes to go through all of them for each.
TEST(WatchIndex, FindsItsWayThroughVeryManyFieldsOfOneObject) {
  const WatchIndex index(
      {{"all", {watch_of(R"({"record":"contact","field":"a","changes":true})")}},
       {"none", {watch_of(R"({"record":"contact","field":"a.b","changes":true})")}},
       {"one", {watch_of(R"({"record":"contact","field":"a.k7","becomes":[7]})")}},
       {"part", {watch_of(R"({"record":"contact","field":"a.k8.x","becomes":[8]})")}}});
  Event event;
  for (int i = 0; i < 300'000; ++i) event.changes["a.k" + std::to_string(i)].to = i;
  event.changes["a.k8"].to = {{"x", 8}};
  EXPECT_TRUE(index.may_match(event));
  std::vector<std::string> plugins;
  for (const Match& match : index.match(event)) plugins.push_back(match.plugin);
  EXPECT_EQ(plugins, (std::vector<std::string>{"all", "one", "part"}));
}

TEST(WatchIndex, FullObjectMayMatchWhateverItHolds) {
  const WatchIndex index({{"p", {watch_of(kBecomes)}}});
  Event event = event_with("{}", R"({"custom_field":{"s":"x"}})");
  event.mode = PayloadMode::full_object;
  EXPECT_TRUE(index.may_match(event));
  event.snapshot = SnapshotText(Json::parse(R"({"custom_field":{"t":"x"},"u":1})"));
  EXPECT_FALSE(index.may_match(event));
  event.snapshot = SnapshotText(Json::parse(R"({"custom_field":null,"u":1})"));
  EXPECT_TRUE(index.may_match(event)) << "it may clear that one";
}

}  // namespace
}  // namespace fh
