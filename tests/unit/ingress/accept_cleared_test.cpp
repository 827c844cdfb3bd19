// Change lists that say more than the record beside them, and fields of one name.
#include "unit/ingress/accept_fixture.h"

namespace fh::test {
namespace {

const Json kFromNull = Json::parse(R"({"s":{"from":null,"to":"Passed"}})");

TEST_F(AcceptTest, AFieldThatTheRecordLeavesOutIsKnownAsCleared) {
  deliver(R"({"id":1,"s":"Passed","t":1})");
  EXPECT_EQ(status(R"({"changes":{"s":null},"snapshot":{"id":1,"t":1}})"), "ignored no_match");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","t":1})"), "accepted");
  EXPECT_EQ(changes(), kFromNull);
}

TEST_F(AcceptTest, SoIsACustomFieldThoughTheChangeListDoesNotSayThatItIsOne) {
  deliver(R"({"id":1,"custom_field":{"s":"Passed","t":1}})");
  EXPECT_EQ(status(R"({"changes":{"s":null},"snapshot":{"id":1,"custom_field":{"t":1}}})"),
            "ignored no_match");
  EXPECT_EQ(status(R"({"id":1,"custom_field":{"s":"Passed","t":1}})"), "accepted");
  EXPECT_EQ(changes(), kFromNull);
}

TEST_F(AcceptTest, SoIsAFieldOfARecordThatIsSeenForTheFirstTime) {
  EXPECT_EQ(status(R"({"changes":{"s":null},"snapshot":{"id":1}})"), "ignored no_match");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed"})"), "accepted");
  EXPECT_EQ(changes(), kFromNull);
}

TEST_F(AcceptTest, AndPluginsSeeItSo) {
  watch("q", R"([{"record":"contact","field":"s","clears":true}])");
  EXPECT_EQ(status(R"({"changes":{"s":null},"snapshot":{"id":1,"t":1}})"), "accepted");
  const EventRow event = event_of_next_job("q");
  EXPECT_EQ(Json::parse(event.snapshot), Json::parse(R"({"id":1,"s":null,"t":1})"));
  EXPECT_TRUE(event.complete);
}

TEST_F(AcceptTest, ACustomFieldNeverOverwritesAStandardOneOfItsName) {
  deliver(R"({"id":1,"s":"std","custom_field":{"s":"e"}})");
  deliver(R"({"id":1,"changes":{"custom_field.s":"f"}})");
  EXPECT_EQ(status(R"({"id":1,"s":"std","custom_field":{"s":"f"}})"), "ignored no_match");
}

TEST_F(AcceptTest, AChangeOfACustomFieldIsNoneOfTheStandardOneOfItsName) {
  watch("q", R"([{"record":"contact","field":"custom_field.s","changes":true}])");
  deliver(R"({"id":1,"s":"std","custom_field":{"s":"e"}})");
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"custom_field.s":"Passed"}})").jobs, 1) << "of q alone";
  EXPECT_EQ(changes(), Json::parse(R"({"custom_field.s":{"from":"e","to":"Passed"}})"));
}

TEST_F(AcceptTest, AChangeOfAStandardFieldIsNoneOfTheCustomOneOfItsName) {
  watch("q", R"([{"record":"contact","field":"custom_field.s","becomes":["Passed"]}])");
  source_.ignore_fields = {"custom_field.t"};
  deliver(R"({"id":1,"s":"Open","t":1,"custom_field":{"s":"e","t":1}})");
  EXPECT_EQ(deliver(R"({"id":1,"s":"Passed","t":1,"custom_field":{"s":"e","t":1}})").jobs, 1);
  EXPECT_FALSE(lease("q"));
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","t":2,"custom_field":{"s":"e","t":1}})"),
            "ignored no_match: t");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","t":2,"custom_field":{"s":"e","t":2}})"),
            "ignored only ignore_fields changed");
}

TEST_F(AcceptTest, AFieldThatChangeListsCallACustomOneLaterIsOneField) {
  deliver(R"({"id":1,"changes":{"s":"x"}})");
  deliver(R"({"id":1,"changes":{"custom_field":{"s":"y"}}})");
  EXPECT_EQ(status(R"({"id":1,"changes":{"custom_field":{"s":"Passed"}}})"), "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"s":{"from":"y","to":"Passed"}})"));
  EXPECT_EQ(snapshot_of_next_job(), Json::parse(R"({"custom_field":{"s":"Passed"}})"));
}

TEST_F(AcceptTest, NullInThePlaceOfTheCustomFieldsClearsThem) {
  watch("q", R"([{"record":"contact","field":"e","clears":true}])");
  deliver(R"({"id":1,"custom_field":{"e":"x"}})");
  EXPECT_EQ(status(R"({"id":1,"custom_field":null})"), "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"e":{"from":"x","to":null}})"));
}

TEST_F(AcceptTest, NullInAChangeListInThePlaceOfTheCustomFieldsSaysNothing) {
  watch("q", R"([{"record":"contact","field":"e","changes":true}])");
  deliver(R"({"id":1,"custom_field":{"e":"x"}})");
  EXPECT_EQ(status(R"({"id":1,"changes":{"t":1,"custom_field":null}})"), "ignored no_match");
  EXPECT_EQ(status(R"({"changes":["custom_field","t"],"snapshot":{"id":1,"t":2}})"),
            "ignored no_match");
  EXPECT_EQ(status(R"({"id":1,"t":3,"custom_field":{"e":"x"}})"), "ignored no_match: t");
}

TEST_F(AcceptTest, AFieldThatAChangeListSaysIsAsBeforeIsKnown) {
  deliver(R"({"id":1,"changes":{"f":"old"}})");
  EXPECT_EQ(status(R"({"id":1,"changes":{"n":{"old":"x","new":"x"},"s":{"old":1,"new":"Passed"},
                       "custom_field":{"f":{"old":"y","new":"y"}}}})"),
            "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"s":{"from":1,"to":"Passed"}})"));
  EXPECT_EQ(snapshot_of_next_job(),
            Json::parse(R"({"n":"x","s":"Passed","custom_field":{"f":"y"}})"));
}

TEST_F(AcceptTest, AnUpdatedAtInSecondsOrMillisecondsTellsWhatIsLate) {
  deliver(R"({"id":1,"s":"Failed","updated_at":1767312000})");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","updated_at":1767311999})"), "ignored stale");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","updated_at":1767311999999})"), "ignored stale");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","updated_at":1767312000001})"), "accepted");
}

}  // namespace
}  // namespace fh::test
