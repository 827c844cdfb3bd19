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

TEST_F(AcceptTest, AnUpdatedAtInSecondsOrMillisecondsTellsWhatIsLate) {
  deliver(R"({"id":1,"s":"Failed","updated_at":1767312000})");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","updated_at":1767311999})"), "ignored stale");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","updated_at":1767311999999})"), "ignored stale");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","updated_at":1767312000001})"), "accepted");
}

}  // namespace
}  // namespace fh::test
