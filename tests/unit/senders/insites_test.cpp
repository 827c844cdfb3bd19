#include "senders/insites.h"

#include "unit/senders/reading_json.h"

namespace fh {
namespace {

using test::sample;

Event only_event(const Json& body, SourceTerms terms = {}) {
  SenderReading reading = read_insites(body, terms);
  EXPECT_EQ(reading.unmapped, "");
  EXPECT_EQ(reading.events.size(), 1u);
  return reading.events.empty() ? Event{} : std::move(reading.events[0]);
}

Event parse(const char* body) { return only_event(Json::parse(body)); }

TEST(Insites, ChangesWithSnapshot) {
  const Event event = only_event(sample("insites-contact-changes-with-snapshot"));
  EXPECT_EQ(event.mode, PayloadMode::changes_with_snapshot);
  EXPECT_EQ(event.aliases.uuid, "3f1c8a90-2d44-4e51-9a7b-6c0b2f8d1e33");
  EXPECT_EQ(event.aliases.id, "1213");
  EXPECT_EQ(to_json(event.changes), Json::parse(R"({"level2_review_status":{"to":"Passed"}})"));
  EXPECT_EQ(event.snapshot.json()["first_name"], "Priya");
  EXPECT_EQ(event.occurred_at, "2026-06-24T10:15:30.000Z");
}

TEST(Insites, ChangesOnly) {
  const Event event = only_event(sample("insites-contact-changes-only"));
  EXPECT_EQ(event.mode, PayloadMode::changes_only);
  EXPECT_EQ(event.aliases.id, "1213");
  EXPECT_EQ(event.changes.size(), 2u);
  EXPECT_FALSE(event.snapshot.known());
}

TEST(Insites, ChangesOnlyInAnEnvelope) {
  const Event event = only_event(sample("insites-contact-changes-only-enveloped"));
  EXPECT_EQ(event.mode, PayloadMode::changes_only);
  EXPECT_EQ(event.sender_id, "evt_01J8ZQ0K7N");
  EXPECT_EQ(event.aliases.uuid, "3f1c8a90-2d44-4e51-9a7b-6c0b2f8d1e33");
  EXPECT_EQ(event.aliases.id, "");
  EXPECT_EQ(event.changes.at("level2_review_status").to, "Passed");
}

TEST(Insites, FullObject) {
  const Event event =
      only_event(sample("insites-company-full-object"), {RecordType::company, EventKind::created});
  EXPECT_EQ(event.mode, PayloadMode::full_object);
  EXPECT_EQ(event.type, RecordType::company);
  EXPECT_EQ(event.kind, EventKind::created);
  EXPECT_EQ(event.aliases.id, "877");
  EXPECT_TRUE(event.changes.empty());
  EXPECT_EQ(event.snapshot.json()["custom_field"]["onboarding_stage"], "Started");
}

TEST(Insites, FullObjectAndSnapshotInAnEnvelope) {
  EXPECT_EQ(
      parse(R"({"id":"evt_1","type":"t","data":{"id":5,"name":"n"}})").snapshot.json()["name"],
      "n");
  const Event event =
      parse(R"({"id":"evt_1","data":{"changes":{"a":1},"snapshot":{"id":5,"a":1}}})");
  EXPECT_EQ(event.mode, PayloadMode::changes_with_snapshot);
  EXPECT_EQ(event.aliases.id, "5");
}

TEST(Insites, EveryWayToNameAChange) {
  const Event event = parse(
      R"({"id":1,"changes":{"a":1,"custom_field.b":2,"custom_field":{"c":3}},
          "data":{"changes":{"d":4,"a":9}}})");
  EXPECT_EQ(to_json(event.changes),
            Json::parse(R"({"a":{"to":1},"b":{"to":2},"c":{"to":3},"d":{"to":4}})"));
}

TEST(Insites, AFieldThatAListHasTwiceIsFromTheFirstToTheLast) {
  const Event event = parse(
      R"({"changes":[{"field":"a","old":1,"new":2},{"field":"b","new":1},
                     {"field":"a","old":2,"new":3}],
          "data":{"changes":[{"field":"b","new":9}]},"snapshot":{"id":1}})");
  EXPECT_EQ(to_json(event.changes), Json::parse(R"({"a":{"from":1,"to":3},"b":{"to":1}})"));
  EXPECT_EQ(event.snapshot.json(), Json::parse(R"({"id":1,"a":3,"b":1})"));
}

TEST(Insites, PairsOfOldAndNew) {
  const Event event = parse(
      R"({"id":1,"changes":{"a":{"from":1,"to":2},"b":{"old":null,"new":""},
          "c":{"previous":"x","current":"y"},"d":{"from":1,"to":2,"x":3},"e":{"value":1}}})");
  EXPECT_EQ(to_json(event.changes), Json::parse(R"({"a":{"from":1,"to":2},"b":{"from":null,"to":""},
                            "c":{"from":"x","to":"y"},"d":{"to":{"from":1,"to":2,"x":3}},
                            "e":{"to":{"value":1}}})"));
}

TEST(Insites, AbsentNullAndEmptyStayThreeThings) {
  const Event event = parse(R"({"id":1,"changes":{"a":null,"b":""}})");
  EXPECT_TRUE(event.changes.at("a").to.is_null());
  EXPECT_EQ(event.changes.at("b").to, "");
  EXPECT_FALSE(event.changes.contains("c"));
}

// Keys that are only inferred can be told otherwise by the source.
TEST(Insites, LooksWhereTheMappingSays) {
  Mapping mapping;
  mapping.id = "/record/contact_id";
  mapping.changes = "/delta";
  mapping.event_id = "/hook";
  mapping.actor = "/by";
  SourceTerms terms;
  terms.mapping = &mapping;
  const Event event = only_event(Json::parse(R"({"id": 9, "uuid": "u", "hook": "h-1", "by": "api",
      "changes": {"a": 1}, "delta": {"b": 2}, "record": {"contact_id": 7}})"),
                                 terms);
  EXPECT_EQ(event.aliases.id, "7");
  EXPECT_EQ(event.aliases.uuid, "u");
  EXPECT_EQ(event.sender_id, "h-1");
  EXPECT_EQ(read_insites(Json::parse(R"({"id": "evt_9", "hook": "h", "delta": {"b": 2}})"), terms)
                .unmapped.substr(0, 26),
            "the body names no record: ");
  EXPECT_EQ(event.actor, "api");
  EXPECT_EQ(to_json(event.changes), Json::parse(R"({"b": {"to": 2}})"));
}

TEST(Insites, WhatChangedBelongsToTheRecord) {
  const Event event = parse(
      R"({"changes":{"s":null,"custom_field.t":1,"c":2},
          "snapshot":{"id":1,"custom_field":{"c":2}}})");
  EXPECT_EQ(event.snapshot.json(),
            Json::parse(R"({"id":1,"s":null,"custom_field":{"c":2,"t":1}})"));
  EXPECT_FALSE(event.snapshot_at);
}

TEST(Insites, ARecordThatHasAllThatChangedIsReadWhereItStands) {
  EXPECT_TRUE(parse(R"({"changes":{"s":1,"c":2},"snapshot":{"id":1,"s":1,"custom_field":{"c":2}}})")
                  .snapshot_at);
}

TEST(Insites, NamesOfFieldsNeedARecord) {
  EXPECT_EQ(read_insites(Json::parse(R"({"id":1,"changes":["a"]})"), {}).unmapped,
            "the changes are fields' names, and no record at /snapshot, /data/snapshot, /data, "
            "the body itself has their values");
}

TEST(Insites, NullChangesAreNone) {
  const Event event = parse(R"({"id":1,"changes":null,"name":"n"})");
  EXPECT_EQ(event.mode, PayloadMode::full_object);
  EXPECT_EQ(event.snapshot.json(), Json::parse(R"({"id":1,"name":"n"})"));
}

TEST(Insites, ChangesThatAreNoListAreUnmapped) {
  for (const char* changes : {"\"status\"", "1", "true", "[1]", "[null]", "[[]]", "[{}]",
                              R"([{"field":1,"new":2}])", R"([{"field":"","new":2}])"})
    EXPECT_EQ(
        read_insites(Json::parse(R"({"id":1,"status":"b","changes":)" + std::string(changes) + "}"),
                     {})
            .unmapped.substr(0, 46),
        "what stands at /changes is no change list: nei")
        << changes;
}

TEST(Insites, WhatNamesNoRecordIsUnmapped) {
  for (const char* body : {"[]", "1", "{}", R"({"changes":{"a":1}})", R"({"id":"evt_1"})",
                           R"({"id":null,"uuid":{},"a":1})", R"({"id":"","a":1})"})
    EXPECT_NE(read_insites(Json::parse(body), {}).unmapped, "") << body;
}

}  // namespace
}  // namespace fh
