// Records that are known in pieces only: by change lists, under two names, or from before a field
// was there. What nobody knew before is no change when it is seen.
#include "unit/ingress/accept_fixture.h"

namespace fh::test {
namespace {

TEST_F(AcceptTest, ARecordSeenWholeForTheFirstTimeHasChangedInWhatWasKnownOnly) {
  EXPECT_EQ(status(R"({"id":1,"changes":{"t":"1"}})"), "ignored no_match");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","t":"1"})"), "ignored first_seen");
  EXPECT_EQ(status(R"({"id":1,"s":"Failed","t":"1"})"), "ignored no_match: s");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","t":"1"})"), "accepted");
  deliver(R"({"id":2,"changes":{"t":"1"}})");
  EXPECT_EQ(status(R"({"id":2,"s":"Passed","t":"2"})"), "ignored no_match: t");
  deliver(R"({"id":3,"changes":{"s":"Failed"}})");
  EXPECT_EQ(status(R"({"id":3,"s":"Passed","t":"2"})"), "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"s":{"from":"Failed","to":"Passed"}})"));
}

TEST_F(AcceptTest, OfAnObjectThatWasKnownInPartThatPartHasChanged) {
  watch("q", R"([{"record":"contact","field":"c.zip","becomes":["1"]},
                 {"record":"contact","field":"c.city","becomes":["R"]}])");
  deliver(R"({"id":1,"changes":{"c.city":"Q"}})");
  EXPECT_EQ(status(R"({"id":1,"c":{"city":"Q","zip":"1"}})"), "ignored first_seen");
  EXPECT_EQ(status(R"({"id":1,"c":{"city":"Q","zip":"2"}})"), "ignored no_match: c");
  deliver(R"({"id":2,"changes":{"c.city":"Q"}})");
  EXPECT_EQ(status(R"({"id":2,"c":{"city":"R","zip":"1"}})"), "accepted");
  write([&](Transaction& tx) {
    EXPECT_EQ(Json::parse(tx.jobs.lease_next("q", {})->matched),
              Json::parse(R"(["contact c.city becomes \"R\""])"));
  });
}

TEST_F(AcceptTest, SoHasOneThatWasKnownByAChangeListAndItsRecordWholly) {
  deliver(R"({"changes":{"t":1},"snapshot":{"id":1,"t":1}})");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","t":1})"), "accepted") << "it was seen whole without s";
  EXPECT_EQ(changes(), Json::parse(R"({"s":{"to":"Passed"}})"));
}

TEST_F(AcceptTest, OfWhatIsKnownInPartAllCountsWhereTheSourceSaysSoOrItWasCreated) {
  deliver(R"({"id":1,"changes":{"t":1}})");
  deliver(R"({"id":2,"changes":{"t":1}})");
  source_.first_seen = SourceConfig::FirstSeen::changed;
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","t":1})"), "accepted");
  source_.first_seen = SourceConfig::FirstSeen::baseline;
  source_.event = EventKind::created;
  EXPECT_EQ(status(R"({"id":2,"s":"Passed","t":1})"), "accepted");
}

TEST_F(AcceptTest, AFieldThatIsNewAndEmptyHasNotChanged) {
  watch("q", R"([{"record":"contact","field":"e","clears":true},
                 {"record":"contact","field":"e","changes":true}])");
  deliver(R"({"id":1,"t":1})");
  EXPECT_EQ(status(R"({"id":1,"t":2,"custom_field":{"e":null}})"), "ignored no_match: t");
  EXPECT_EQ(status(R"({"id":1,"t":2,"custom_field":{"e":"x"}})"), "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"e":{"from":null,"to":"x"}})"));
  EXPECT_EQ(status(R"({"id":1,"t":2,"custom_field":{"e":null}})"), "accepted");
  EXPECT_EQ(status(R"({"id":2,"changes":{"e":null}})"), "accepted") << "the CRM says so";
}

TEST_F(AcceptTest, AChoiceThatIsEmptiedIsCleared) {
  watch("q", R"([{"record":"contact","field":"c.value","clears":true}])");
  watch("r", R"([{"record":"contact","field":"c.value","from":null,"to":"Active"}])");
  deliver(R"({"id":1,"c":{"uuid":"u","value":"Active"}})");
  EXPECT_EQ(status(R"({"id":1,"c":null})"), "accepted");
  EXPECT_TRUE(lease("q"));
  EXPECT_EQ(status(R"({"id":1,"c":{"uuid":"u","value":"Active"}})"), "accepted");
  EXPECT_TRUE(lease("r"));
}

TEST_F(AcceptTest, OfTwoRecordsThatAreOneBothBaselinesAreKnown) {
  deliver(R"({"uuid":"u","s":"Passed","t":1})");
  deliver(R"({"id":7,"changes":{"phone":"1"}})");
  EXPECT_EQ(status(R"({"uuid":"u","id":7,"s":"Passed","t":1})"), "ignored no_match: id");
}

TEST_F(AcceptTest, OfTwoRecordsThatAreOneTheOldValuesAreKnown) {
  watch("q", R"([{"record":"contact","field":"s","from":"Passed","to":"Failed"}])");
  deliver(R"({"uuid":"u","s":"Passed","t":1})");
  deliver(R"({"id":7,"changes":{"phone":"1"}})");
  deliver(R"({"uuid":"u","id":7,"changes":{"t":2}})");
  EXPECT_EQ(status(R"({"id":7,"changes":{"s":"Failed"}})"), "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"s":{"from":"Passed","to":"Failed"}})"));
  EXPECT_EQ(snapshot_of_next_job("q"),
            Json::parse(R"({"uuid":"u","s":"Failed","t":2,"phone":"1"})"));
}

}  // namespace
}  // namespace fh::test
