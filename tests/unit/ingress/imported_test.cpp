#include "ingress/imported.h"

#include "unit/ingress/accept_fixture.h"
#include "unit/ingress/deliveries_fixture.h"

namespace fh::test {
namespace {

TEST_F(AcceptTest, AnExportOfPipedriveHasItsCustomFieldsWhereTheyAreKnown) {
  const Json known =
      Json::parse(R"({"id":1,"name":"C","custom_field":{"hash":{"type":"varchar","value":"q"}}})");
  deliver(to_text(known));
  source_.sender = "pipedrive";
  const auto placed = [&](const char* record) {
    return write([&](Transaction& tx) {
      return placed_as_known(tx, source_, {}, imported_event({}, record)).event.snapshot.json();
    });
  };
  EXPECT_EQ(
      placed(R"({"id":1,"name":"C","custom_fields":{"hash":{"type":"varchar","value":"q"}}})"),
      known);
  EXPECT_EQ(placed(R"({"id":1,"name":"C","custom_fields":{"hash":"q"}})"), known);
  EXPECT_EQ(placed(R"({"id":1,"name":"C","custom_fields":{"hash":"r"}})")["custom_field"]["hash"],
            Json::parse(R"({"type":"varchar","value":"r"})"));
}

class ExportTest : public DeliveriesTest {
 protected:
  void SetUp() override {
    DeliveriesTest::SetUp();
    watch("p", R"([{"record":"contact","field":"s","becomes":["Passed"]},
                   {"record":"contact","field":"b","changes":true},
                   {"record":"contact","field":"n","changes":true},
                   {"record":"contact","field":"a.city","changes":true}])");
  }

  // What came of the record, and why nothing did.
  std::string import(const Json& record, const ImportTerms& terms = {RecordType::contact, true}) {
    last_ = store_->new_delivery_id() + 1;  // the next one is the import's
    const Acceptance got =
        Deliveries(config_, *store_, *catalog_).import(source_, to_text(record), {.terms = terms});
    return said(got);
  }
  std::string import_as_of(TimePoint at, const Json& record) {
    return import(record, {RecordType::contact, false, at});
  }
  Json known(const std::string& id = "1") {
    return write([&](Transaction& tx) {
      const auto record = tx.records.resolve("crm", RecordType::contact, {"", id});
      return Json::parse(tx.records.baseline(record).value());
    });
  }
  Json changes() { return Json::parse(Views(store_->reader()).events_of(last_).at(0).changes); }
};

TEST_F(ExportTest, ACellIsNoDeeperThanABodyMayBe) {
  deliver(R"({"id":1,"l":["a"]})");
  constexpr int kDepth = 200'000;
  const std::string deep = std::string(kDepth, '[') + std::string(kDepth, ']');
  EXPECT_EQ(import({{"id", "1"}, {"l", deep}}), "ignored no_match");
  EXPECT_EQ(known()["l"], Json::array({"a"}));
}

TEST_F(ExportTest, ACellThatIsNoneOfTheKnownKindSaysNothing) {
  deliver(R"({"id":1,"b":false,"n":1234.5})");
  for (const char* cell : {"FALSE", "False", "false", "0", "no"})
    EXPECT_EQ(import({{"id", "1"}, {"b", cell}}), "ignored no_match") << cell;
  for (const char* cell : {"1,234.50", "$1234.5", "1234.50", "1.2345e3", "n/a", "true"})
    EXPECT_EQ(import({{"id", "1"}, {"n", cell}}), "ignored no_match") << cell;
  EXPECT_EQ(import({{"id", "1"}, {"b", "TRUE"}, {"n", "7"}}), "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"b":{"from":false,"to":true},"n":{"from":1234.5,"to":7}})"));
}

TEST_F(ExportTest, ABooleanThatATableToldFirstIsTheOneThatADeliveryTells) {
  import({{"id", "1"}, { "b", "FALSE" }});
  EXPECT_EQ(deliver(R"({"id":1,"b":false})").reason, "no_match");
  EXPECT_EQ(deliver(R"({"id":1,"b":true})").status, DeliveryStatus::accepted);
}

TEST_F(ExportTest, ATextThatIsTheKnownNumberIsThatNumberInJsonToo) {
  deliver(R"({"id":1,"n":5,"b":true})");
  const ImportTerms json{RecordType::contact, false};
  EXPECT_EQ(import({{"id", "1"}, {"n", "5"}, {"b", "true"}}, json), "ignored no_match");
  EXPECT_EQ(known(), Json::parse(R"({"id":1,"n":5,"b":true})"));
  EXPECT_EQ(import({{"id", "1"}, {"n", "five"}}, json), "accepted") << "it says so itself";
}

TEST_F(ExportTest, AColumnThatIsAPathIsAPartOfWhatIsKnown) {
  deliver(R"({"id":1,"a":{"city":"Paris","zip":1},"custom_field":{"c":{"value":"x","type":"t"}}})");
  const Json before = known();
  EXPECT_EQ(import({{"id", "1"}, {"a.city", "Paris"}, {"a.zip", "1"}, {"c.value", "x"}}),
            "ignored no_match");
  EXPECT_EQ(known(), before);
  EXPECT_EQ(import({{"id", "1"}, {"a.city", "Rome"}, {"custom_field.c.value", "y"}}), "accepted");
  const char* after =
      R"({"id":1,"a":{"city":"Rome","zip":1},"custom_field":{"c":{"value":"y","type":"t"}}})";
  EXPECT_EQ(known(), Json::parse(after));
  EXPECT_EQ(deliver(after).reason, "no_match") << "the CRM's own delivery of it";
}

TEST_F(ExportTest, AColumnThatIsAPathIsAPartOfWhatWasEmptyToo) {
  deliver(R"({"id":1,"a":null,"d.e":"flat"})");
  import({{"id", "1"}, {"a.city", "Rome"}, { "d.e", "still" }});
  EXPECT_EQ(known(), Json::parse(R"({"id":1,"a":{"city":"Rome"},"d.e":"still"})"));
}

TEST_F(ExportTest, APartThatWasToldBeforeItsObjectGivesWayToIt) {
  import({{"id", "1"}, {"a.city", "Paris"}, { "a.b", "flat" }});
  deliver(R"({"id":1,"a":{"city":"Rome"}})");
  EXPECT_EQ(known(), Json::parse(R"({"id":1,"a":{"city":"Rome"},"a.b":"flat"})"));
}

TEST_F(ExportTest, SoDoesOneThatAChangeListReplacesAndOneOfACustomField) {
  import({{"id", "1"}, {"a.city", "Bern"}, { "custom_field.f.v", "x" }});
  deliver(R"({"id":"1","changes":{"a":{"city":"Basel"}}})");
  EXPECT_EQ(known(), Json::parse(R"({"id":"1","a":{"city":"Basel"},"custom_field":{"f.v":"x"}})"));
  EXPECT_EQ(deliver(R"({"id":"1","changes":{"a.city":"Bern"}})").jobs, 1);
  EXPECT_EQ(changes(), Json::parse(R"({"a.city":{"from":"Basel","to":"Bern"}})"));
  deliver(R"({"id":"1","custom_field":{"f":{"v":"y"}}})");
  EXPECT_EQ(known()["custom_field"], Json::parse(R"({"f":{"v":"y"}})"));
}

TEST_F(ExportTest, WhatIsNoGroupOfCustomFieldsGivesWayToThem) {
  deliver(R"({"id":1,"custom_field":{"f":1,"g":2}})");
  const ImportTerms json{RecordType::contact, false};
  for (const char* group : {R"("")", "[]", "null"}) {
    EXPECT_EQ(import({{"id", 1}, {"custom_field", Json::parse(group)}, {"f", 1}}, json),
              "ignored no_match");
    EXPECT_EQ(known()["custom_field"], Json::parse(R"({"f":1,"g":2})")) << group;
  }
}

TEST_F(ExportTest, OfACustomFieldAloneLeavesTheStandardOneOfItsName) {
  deliver(R"({"id":1,"n":4,"custom_field":{"n":5}})");
  EXPECT_EQ(import({{"id", 1}, {"custom_field.n", 6}}), "ignored no_match: custom_field.n");
  EXPECT_EQ(known(), Json::parse(R"({"id":1,"n":4,"custom_field":{"n":6}})"));
}

TEST_F(ExportTest, IsStaleWhereSomethingCameAfterItWasMade) {
  const TimePoint made = clock_.now();
  clock_.advance(Millis(1));
  deliver(R"({"id":1,"s":"Open"})");
  const TimePoint opened = clock_.now();
  clock_.advance(Millis(1));
  deliver(R"({"id":1,"changes":{"s":"Passed"}})");
  EXPECT_EQ(jobs(), 1U);
  const Json open = {{"id", 1}, {"s", "Open"}};
  for (const TimePoint at : {made, opened})
    for (int i = 0; i < 2; ++i) EXPECT_EQ(import_as_of(at, open), "ignored stale");
  EXPECT_EQ(deliver(R"({"id":1,"s":"Passed"})").reason, "no_match") << "its job is not made again";
  EXPECT_EQ(import_as_of(clock_.now(), open), "ignored no_match: s") << "nothing came later";
  EXPECT_EQ(import({{"id", "1"}, {"s", "Passed"}}), "accepted") << "without a time it is of now";
}

TEST_F(ExportTest, IsStaleWhereAnotherSourceToldMoreOfItsRecord) {
  const TimePoint made = clock_.now();
  clock_.advance(Millis(1));
  source_.name = "other";
  deliver(R"({"id":1,"s":"Open"})");
  source_.name = "src";
  EXPECT_EQ(import_as_of(made, {{"id", 1}, {"s", "Passed"}}), "ignored stale");
}

TEST_F(ExportTest, MadeBeforeWhatWasCapturedLeavesThatNews) {
  const TimePoint made = clock_.now();
  clock_.advance(Millis(1));
  capture(R"({"id":1,"s":"Passed"})");
  const std::int64_t captured = last_;
  EXPECT_EQ(import_as_of(made, {{"id", 1}, {"s", "Open"}}), "ignored first_seen");
  last_ = captured;
  EXPECT_EQ(replayed({}), std::multiset<std::string>{R"(p {"s":{"from":"Open","to":"Passed"}})"});
  EXPECT_EQ(deliver(R"({"id":1,"s":"Passed","t":1})").reason, "no_match: t") << "s is known";
}

TEST_F(ExportTest, IsNotLaidOverWhatCameAfterItOfARecordThatIsTheSame) {
  const TimePoint made = clock_.now();
  clock_.advance(Millis(2));
  deliver(R"({"uuid":"u","s":"Passed"})");
  EXPECT_EQ(import_as_of(made, {{"id", 1}, {"s", "Open"}}), "ignored first_seen");
  EXPECT_EQ(deliver(R"({"uuid":"u","id":1,"changes":{"t":1}})").reason, "no_match");
  EXPECT_EQ(known()["s"], "Passed");
  EXPECT_EQ(import_as_of(made + Millis(1), {{"id", 1}, {"s", "Open"}}), "ignored stale");
}

TEST_F(ExportTest, ThatIsStaleLeavesTheKeyOfWhatCameAfterIt) {
  const TimePoint made = clock_.now();
  clock_.advance(Millis(1));
  deliver(kPassed);
  import_as_of(made, {{"id", 1}, {"s", "Open"}});
  EXPECT_EQ(deliver(kPassed).status, DeliveryStatus::duplicate);
}

TEST_F(ExportTest, OfOneFileAndOfNewerOnesIsTakenAsEver) {
  const TimePoint first = clock_.now();
  clock_.advance(std::chrono::hours(2));
  EXPECT_EQ(import_as_of(first, {{"id", 1}, {"s", "Open"}}), "ignored first_seen");
  EXPECT_EQ(import_as_of(first, {{"id", 1}, {"s", "Passed"}}), "accepted");
  const std::string original = std::to_string(last_);
  clock_.advance(std::chrono::hours(2));
  EXPECT_EQ(import_as_of(first, {{"id", 1}, {"s", "Passed"}}), "duplicate of delivery " + original);
  EXPECT_EQ(import_as_of(first + Millis(1), {{"id", 1}, {"s", "Failed"}}), "ignored no_match: s");
  EXPECT_EQ(import_as_of(first, {{"id", 1}, {"s", "Passed"}}), "ignored stale");
  EXPECT_EQ(import_as_of(clock_.now() + std::chrono::hours(1), {{"id", 1}, {"s", "Passed"}}),
            "accepted");
  deliver(R"({"id":1,"changes":{"s":"Failed"}})");
  EXPECT_EQ(import_as_of(clock_.now(), {{"id", 1}, {"s", "Passed"}}), "accepted")
      << "no time is later than now";
}

TEST_F(ExportTest, IsReplayedAsOfWhenItWasMade) {
  const TimePoint made = clock_.now();
  import_as_of(made, {{"id", 1}, {"s", "Passed"}});
  const auto imported = last_;
  EXPECT_EQ(replay({}).size(), 0U) << "nothing changed";
  clock_.advance(Millis(1));
  deliver(R"({"id":1,"changes":{"s":"Failed"}})");
  last_ = imported;
  EXPECT_EQ(replay({}).size(), 0U) << "it is stale";
}

TEST_F(ExportTest, WithoutATimeOrOfOneToComeIsReplayedAsOfWhenItCame) {
  for (const auto& at : {std::optional<TimePoint>(), std::optional(clock_.now() + kSenderIdKept)}) {
    const std::string id = at ? "2" : "1";
    import({{"id", id}, { "s", "Passed" }}, {RecordType::contact, false, at});
    const auto imported = last_;
    clock_.advance(Millis(1));
    deliver(R"({"id":)" + id + R"(,"changes":{"s":"Failed"}})");
    last_ = imported;
    EXPECT_EQ(replay({}).size(), 0U) << "it is stale: " << id;
  }
}

TEST_F(ExportTest, IsNotStaleForAReplayOfWhatCameBeforeIt) {
  deliver(R"({"id":1,"s":"Open"})");
  capture(R"({"id":1,"t":1})");
  const TimePoint made = clock_.now();
  clock_.advance(Millis(1));
  replay({});
  EXPECT_EQ(import_as_of(made, {{"id", 1}, {"s", "Passed"}}), "accepted");
}

TEST_F(ExportTest, OfHubSpotsApiHasItsPropertiesWhereTheyAreKnown) {
  const std::string body = hubspot({{"1", "s", "Open"}, {"1", "t", ""}});
  deliver(body);
  const auto record = [](const char* s) {
    return Json{{"id", "1"}, {"properties", {{"s", s}, {"t", nullptr}}}, {"archived", false}};
  };
  const ImportTerms json{RecordType::contact, false};
  EXPECT_EQ(import(record("Open"), json), "ignored first_seen");
  EXPECT_EQ(import(record("Open"), json), "ignored no_match");
  EXPECT_EQ(import(record("Passed"), json), "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"s":{"from":"Open","to":"Passed"}})"));
}

}  // namespace
}  // namespace fh::test
