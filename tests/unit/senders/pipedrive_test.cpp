#include "unit/senders/reading_json.h"

namespace fh::test {
namespace {

TEST(PipedriveSample, HasOldAndNewValues) {
  const SenderReading reading = find_sender("pipedrive")(sample("pipedrive-person-change"), {});
  ASSERT_EQ(reading.events.size(), 1u);
  const Event& event = reading.events[0];
  EXPECT_EQ(event.type, RecordType::contact);
  EXPECT_EQ(event.mode, PayloadMode::changes_with_snapshot);
  EXPECT_EQ(event.aliases.id, "11");
  EXPECT_EQ(event.sender_id, "5d2f7c3e-0001");
  EXPECT_EQ(event.actor, "app");
  EXPECT_EQ(event.occurred_at, "2025-06-19T16:07:36.754Z");
  EXPECT_EQ(fh::to_json(event.changes), Json::parse(R"({
      "label_ids": {"from": [], "to": [14]},
      "update_time": {"from": "2025-06-19T16:07:30.029Z", "to": "2025-06-19T16:07:36.753Z"}})"));
  EXPECT_EQ(event.snapshot.json()["name"], "Person Name");
}

TEST(PipedriveActors, AreIgnoredByChangeSourceOrUser) {
  for (const char* ignored : {"app", "12345678"}) {
    const std::vector<std::string> actors = {ignored};
    const SenderReading reading =
        find_sender("pipedrive")(sample("pipedrive-person-change"), {.ignore_actors = &actors});
    EXPECT_EQ(reading.events.at(0).set_aside, "actor");
  }
}

// Its API leaves out the types.
TEST(PipedriveExports, AreShapedLikeItsDeliveries) {
  const Json known = Json::parse(R"({"custom_field": {"a": {"type": "varchar", "value": "x"},
      "b": {"type": "monetary", "value": 1, "currency": "EUR"},
      "c": {"type": "varchar", "value": "z"}, "d": {"type": "varchar", "value": "w"}}})");
  const Json exported = Json::parse(R"({"id": 7, "custom_fields": {"a": "y",
      "b": {"value": 2, "currency": "EUR"}, "c": null, "d": {"type": "varchar", "value": "v"},
      "e": "new"}})");
  EXPECT_EQ(as_delivered("pipedrive", exported, known), Json::parse(R"({"id": 7,
      "custom_field": {"a": {"type": "varchar", "value": "y"},
      "b": {"type": "monetary", "value": 2, "currency": "EUR"}, "c": null,
      "d": {"type": "varchar", "value": "v"}, "e": "new"}})"));
  EXPECT_EQ(as_delivered("close", exported, known), exported);
  for (const char* none : {R"({"id": 7})", R"({"custom_fields": null})"})
    EXPECT_EQ(as_delivered("pipedrive", Json::parse(none), known), Json::parse(none));
}

class Pipedrive : public testing::TestWithParam<ReadingCase> {};

TEST_P(Pipedrive, IsReadSo) { expect_reading("pipedrive", GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Table, Pipedrive,
    testing::Values(
        ReadingCase{
            "CustomFields",
            R"({"meta":{"action":"change", "entity":"organization", "entity_id":"7"},
            "data":{"id":7, "custom_fields":{"h1":{"value":"new"}, "h2":null}},
            "previous":{"custom_fields":{"h1":{"value":"old"}, "h2":{"value":1}}}})",
            R"([{"type":"company", "kind":"updated", "mode":"changes_with_snapshot", "id":"7",
            "changes":{"h1":{"from":{"value":"old"}, "to":{"value":"new"}},
            "h2":{"from":{"value":1}, "to":null}}, "snapshot":{"id":7,
            "custom_field":{"h1":{"value":"new"}, "h2":null}}}])"},
        ReadingCase{
            "ClearedCustomField",
            R"({"meta":{"action":"change", "entity":"person", "entity_id":"7"},
            "data":{"id":7, "custom_fields":{}}, "previous":{"custom_fields":{"h":{"value":1}}}})",
            R"([{"type":"contact", "kind":"updated", "mode":"changes_with_snapshot", "id":"7",
            "changes":{"h":{"from":{"value":1}, "to":null}}, "snapshot":{"id":7,
            "custom_field":{"h":null}}}])"},
        ReadingCase{"Create",
                    R"({"meta":{"action":"create", "entity":"person", "entity_id":"7",
            "change_source":"api"}, "data":{"id":7, "name":"n"}, "previous":null})",
                    R"([{"type":"contact", "kind":"created", "mode":"full_object", "id":"7",
            "changes":{}, "snapshot":{"id":7, "name":"n"}, "actor":"api"}])"},
        ReadingCase{"Delete",
                    R"({"meta":{"action":"delete", "entity":"person", "entity_id":"7"}, "data":null,
            "previous":{"id":7, "name":"n"}})",
                    R"([{"type":"contact", "kind":"deleted", "mode":"changes_only", "id":"7",
            "changes":{}}])"},
        ReadingCase{
            "ClearedField",
            R"({"meta":{"action":"change", "entity":"person", "entity_id":"7"}, "data":{"id":7,
            "phone":null}, "previous":{"phone":"1"}})",
            R"([{"type":"contact", "kind":"updated", "mode":"changes_with_snapshot", "id":"7",
            "changes":{"phone":{"from":"1", "to":null}}, "snapshot":{"id":7, "phone":null}}])"},
        ReadingCase{"Deal",
                    R"({"meta":{"action":"change", "entity":"deal", "entity_id":"7"}, "data":{},
            "previous":{}})",
                    R"(other_record: deal.change)"},
        ReadingCase{"Version1",
                    R"({"v":1, "event":"updated.person", "meta":{"v":1, "action":"updated",
            "object":"person", "id":7}, "current":{"id":7, "name":"n"}, "previous":{"id":7}})",
                    R"(unmapped: the webhook is of version 1 ("current" instead of "data"), )"
                    R"(which is not read: make it one of version 2 in Pipedrive)"},
        ReadingCase{"Version1Delete",
                    R"({"meta":{"v":1, "action":"deleted", "object":"person", "id":7},
            "current":null, "previous":{"id":7}})",
                    R"(unmapped: the webhook is of version 1 ("current" instead of "data"), )"
                    R"(which is not read: make it one of version 2 in Pipedrive)"},
        ReadingCase{"NoMeta", R"({"data":{"id":7}})",
                    R"(unmapped: no record type at /meta/entity, /meta/action)"},
        ReadingCase{"NoId", R"({"meta":{"action":"change","entity":"person"},"data":{}})",
                    R"(unmapped: the body names no record: nothing at )"
                    R"(/meta/entity_id, /data/id, /previous/id)"},
        ReadingCase{"NoObject", R"([])", R"(unmapped: the event is not a JSON object)"}),
    case_name);

}  // namespace
}  // namespace fh::test
