#include "unit/senders/reading_json.h"

namespace fh::test {
namespace {

TEST(CloseCrmSample, HasNamesOldAndNewValues) {
  const Json events = to_json(find_sender("close")(sample("close-lead-updated"), {}));
  EXPECT_EQ(events, Json::parse(R"([
    {"type": "contact", "kind": "updated", "mode": "changes_with_snapshot", "id": "cont_1",
     "changes": {"status_id": {"from": "stat_old", "to": "stat_new"}}, "sender_id": "ev_1",
     "occurred_at": "2026-02-01T10:00:00.000000+00:00", "actor": "user_1",
     "snapshot": {"id": "cont_1", "status_id": "stat_new", "name": "Priya Raman"}}])"));
}

class CloseCrmReading : public testing::TestWithParam<ReadingCase> {};

TEST_P(CloseCrmReading, IsReadSo) { expect_reading("close", GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Table, CloseCrmReading,
    testing::Values(
        ReadingCase{
            "Lead",
            R"({"event":{"id":"e", "action":"updated", "object_type":"lead", "object_id":"l",
            "changed_fields":["custom.cf_1", "gone"], "previous_data":{"custom.cf_1":"a",
            "gone":1}, "data":{"id":"l", "custom.cf_1":"b"}}})",
            R"([{"type":"company", "kind":"updated", "mode":"changes_with_snapshot", "id":"l",
            "sender_id":"e", "changes":{"custom.cf_1":{"from":"a", "to":"b"}, "gone":{"from":1,
            "to":null}}, "snapshot":{"id":"l", "custom.cf_1":"b", "gone":null}}])"},
        ReadingCase{
            "ClearedCustomField",
            R"({"event":{"id":"e", "action":"updated", "object_type":"contact", "object_id":"c",
            "changed_fields":["custom.cf_1"], "previous_data":{"custom.cf_1":"b"},
            "data":{"id":"c"}}})",
            R"([{"type":"contact", "kind":"updated", "mode":"changes_with_snapshot", "id":"c",
            "sender_id":"e", "changes":{"custom.cf_1":{"from":"b", "to":null}},
            "snapshot":{"id":"c", "custom.cf_1":null}}])"},
        ReadingCase{"Merged",
                    R"({"event":{"action":"merged", "object_type":"lead", "object_id":"l",
            "changed_fields":[], "data":{"id":"l"}}})",
                    R"(other_event: lead.merged)"},
        ReadingCase{
            "Created",
            R"({"event":{"id":"e", "action":"created", "object_type":"contact", "object_id":"c",
            "data":{"id":"c", "name":"n"}}})",
            R"([{"type":"contact", "kind":"created", "mode":"full_object", "id":"c",
            "sender_id":"e", "changes":{}, "snapshot":{"id":"c", "name":"n"}}])"},
        ReadingCase{
            "CreatedWithEmptyList",
            R"({"event":{"id":"e", "action":"created", "object_type":"contact", "object_id":"c",
            "changed_fields":[], "previous_data":{}, "data":{"id":"c", "name":"n"}}})",
            R"([{"type":"contact", "kind":"created", "mode":"full_object", "id":"c",
            "sender_id":"e", "changes":{}, "snapshot":{"id":"c", "name":"n"}}])"},
        ReadingCase{
            "Deleted",
            R"({"event":{"id":"e", "action":"deleted", "object_type":"lead", "object_id":"l",
            "data":null, "previous_data":{"id":"l"}}})",
            R"([{"type":"company", "kind":"deleted", "mode":"changes_only", "id":"l",
            "sender_id":"e", "changes":{}}])"},
        ReadingCase{"Opportunity", R"({"event":{"object_type":"opportunity","object_id":"o"}})",
                    R"(other_record: opportunity)"},
        ReadingCase{"ContactCall",
                    R"({"event":{"object_type":"activity.contact","object_id":"o"}})",
                    R"(other_record: activity.contact)"},
        ReadingCase{"NoEvent", R"({"subscription_id":"s"})",
                    R"(unmapped: no record type at /event/object_type, /event/action)"},
        ReadingCase{"NoId", R"({"event":{"object_type":"lead","action":"updated","data":{}}})",
                    R"(unmapped: the body names no record: nothing at )"
                    R"(/event/object_id, /event/data/id)"},
        ReadingCase{"NoObject", R"(1)", R"(unmapped: the event is not a JSON object)"}),
    case_name);

}  // namespace
}  // namespace fh::test
