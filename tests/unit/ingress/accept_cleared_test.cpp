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

TEST_F(AcceptTest, APathIntoACustomFieldIsNoneIntoTheStandardOneOfItsName) {
  watch("q", R"([{"record":"contact","field":"custom_field.a.b","changes":true}])");
  watch("r", R"([{"record":"contact","field":"a.b","changes":true}])");
  deliver(R"({"id":1,"a":{"b":1},"custom_field":{"a":{"b":2}}})");
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"custom_field.a.b":5}})").jobs, 1) << "of q alone";
  EXPECT_EQ(changes(), Json::parse(R"({"custom_field.a.b":{"from":2,"to":5}})"));
  EXPECT_EQ(deliver(R"({"changes":{"custom_field.a.b":6},
                        "snapshot":{"id":1,"a":{"b":1},"custom_field":{"a":{"b":6}}}})")
                .jobs,
            1);
  EXPECT_EQ(changes(), Json::parse(R"({"custom_field.a.b":{"from":5,"to":6}})"));
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"custom_field.a.c":7}})").jobs, 0);
  EXPECT_EQ(status(R"({"id":1,"a":{"b":1},"custom_field":{"a":{"b":6,"c":7}}})"),
            "ignored no_match");
}

TEST_F(AcceptTest, ANameWithADotMayBeTheStandardAndTheCustomFieldsToo) {
  watch("q", R"([{"record":"contact","field":"custom_field.a.b","changes":true}])");
  deliver(R"({"id":1,"a.b":1,"custom_field":{"a.b":2}})");
  EXPECT_EQ(status(R"({"id":1,"changes":{"custom_field.a.b":3}})"), "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"custom_field.a.b":{"from":2,"to":3}})"));
  EXPECT_EQ(status(R"({"changes":{"custom_field.a.b":4},
                       "snapshot":{"id":1,"a.b":1,"custom_field":{"a.b":4}}})"),
            "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"custom_field.a.b":{"from":3,"to":4}})"));
}

TEST_F(AcceptTest, ACustomFieldsFirstValueIsNotTheStandardFieldsOfItsName) {
  watch("q", R"([{"record":"contact","field":"custom_field.s","changes":true}])");
  deliver(R"({"id":1,"s":"Open","custom_field":{"t":1}})");
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"custom_field.s":"Passed"}})").jobs, 1) << "of q alone";
  EXPECT_EQ(changes(), Json::parse(R"({"custom_field.s":{"to":"Passed"}})"));
  EXPECT_EQ(status(R"({"id":1,"s":"Open","custom_field":{"s":"Passed","t":1}})"),
            "ignored no_match");
}

// One sorts before "custom_field", and the other behind it.
TEST_F(AcceptTest, AListThatNamesAStandardAndACustomFieldOfOneNameTellsOfBoth) {
  for (const std::string f : {"a", "s"}) {
    const auto body = [&](std::string text) {
      for (auto at = text.find('$'); at != std::string::npos; at = text.find('$'))
        text.replace(at, 1, f);
      return text;
    };
    const Json both =
        Json::parse(body(R"({"$":{"from":1,"to":50},"custom_field.$":{"from":2,"to":51}})"));
    watch("p", body(R"([{"record":"contact","field":"$","changes":true}])"));
    watch("q", body(R"([{"record":"contact","field":"custom_field.$","changes":true}])"));
    watch("r", body(R"([{"record":"contact","field":"$","becomes":[51]}])"));
    for (const char* record : {R"({"id":"$1","$":1,"custom_field":{"$":2}})",
                               R"({"id":"$1","changes":{"custom_field.$":2,"$":1}})"}) {
      deliver(body(record));
      EXPECT_EQ(deliver(body(R"({"id":"$1","changes":{"$":50,"custom_field":{"$":51}}})")).jobs, 2);
      EXPECT_EQ(changes(), both);
      EXPECT_EQ(status(body(R"({"id":"$1","$":50,"custom_field":{"$":51}})")), "ignored no_match");
    }
    // Which of the two the first one is, nobody knows.
    deliver(body(R"({"id":"$2","changes":{"custom_field.$":2}})"));
    EXPECT_EQ(deliver(body(R"({"id":"$2","changes":{"$":50,"custom_field.$":51}})")).jobs, 2);
    EXPECT_EQ(changes(),
              Json::parse(body(R"({"$":{"to":50},"custom_field.$":{"from":2,"to":51}})")));
    EXPECT_EQ(status(body(R"({"changes":{"$":60,"custom_field.$":61},"snapshot":{"id":"$2"}})")),
              "accepted");
    EXPECT_EQ(changes(), Json::parse(body(R"({"$":{"from":50,"to":60},
                                              "custom_field.$":{"from":51,"to":61}})")));
    source_.ignore_fields = {body("custom_field.$")};
    EXPECT_EQ(status(body(R"({"id":"$2","changes":{"$":70,"custom_field.$":71}})")), "accepted");
    EXPECT_EQ(changes(), Json::parse(body(R"({"$":{"from":60,"to":70}})")));
    source_.ignore_fields = {};
  }
}

TEST_F(AcceptTest, OneOfTwoFieldsOfOneNameThatIsTakenOutOfAListLeavesTheOther) {
  watch("p", R"([{"record":"contact","field":"a","changes":true}])");
  watch("q", R"([{"record":"contact","field":"custom_field.a","changes":true}])");
  const char* as_before =
      R"({"id":1,"changes":{"a":{"from":1,"to":2},"custom_field":{"a":{"from":5,"to":5}}}})";
  EXPECT_EQ(deliver(as_before).jobs, 1) << "of p alone";
  EXPECT_EQ(changes(), Json::parse(R"({"a":{"from":1,"to":2}})"));
  source_.ignore_fields = {"custom_field.a"};
  for (const char* body :
       {R"({"id":2,"changes":{"a":{"from":1,"to":2},"custom_field":{"a":{"from":5,"to":5}}}})",
        R"({"id":3,"changes":{"a":{"from":1,"to":2},"custom_field":{"a":{"from":5,"to":6}}}})"}) {
    EXPECT_EQ(deliver(body).jobs, 1) << "of p alone";
    EXPECT_EQ(changes(), Json::parse(R"({"a":{"from":1,"to":2}})"));
  }
}

TEST_F(AcceptTest, AListOfBothIsKnownBesideARecordWithTheCustomOneAlone) {
  watch("q", R"([{"record":"contact","field":"a","changes":true}])");
  EXPECT_EQ(status(R"({"changes":{"a":7,"custom_field":{"a":8}},
                       "snapshot":{"id":1,"custom_field":{"a":8}}})"),
            "accepted");
  EXPECT_EQ(status(R"({"id":1,"a":7,"custom_field":{"a":8}})"), "ignored no_match");
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
