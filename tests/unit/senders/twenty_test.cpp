#include "unit/senders/reading_json.h"

namespace fh::test {
namespace {

TEST(TwentySample, HasTheFieldsThatWereUpdated) {
  const SenderReading reading = find_sender("twenty")(sample("twenty-person-updated"), {});
  ASSERT_EQ(reading.events.size(), 1u);
  const Event& event = reading.events[0];
  EXPECT_EQ(event.type, RecordType::contact);
  EXPECT_EQ(event.mode, PayloadMode::changes_with_snapshot);
  EXPECT_EQ(event.aliases.id, "7d3a1d0e-1b7a-4a55-8a3a-0d9a1c5f9a10");
  EXPECT_EQ(fh::to_json(event.changes), Json::parse(R"({"status": {"to": "PASSED"}})"));
  EXPECT_EQ(event.snapshot.json()["name"]["firstName"], "Priya");
  EXPECT_EQ(event.occurred_at, "2026-06-24T10:15:30.000Z");
}

class Twenty : public testing::TestWithParam<ReadingCase> {};

TEST_P(Twenty, IsReadSo) { expect_reading("twenty", GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Table, Twenty,
    testing::Values(
        ReadingCase{"WithoutNames", R"({"event":"company.updated","data":{"id":"c","a":1}})",
                    R"([{"type":"company", "kind":"updated", "mode":"full_object", "id":"c",
            "changes":{}, "snapshot":{"id":"c", "a":1}}])"},
        ReadingCase{
            "AsItsCodeSendsIt",
            R"({"eventName":"person.updated", "record":{"id":"p", "a":1,
            "updatedBy":{"source":"API"}}, "updatedFields":["a"], "eventDate":"d"})",
            R"([{"type":"contact", "kind":"updated", "mode":"changes_with_snapshot", "id":"p",
            "occurred_at":"d", "actor":"API", "changes":{"a":{"to":1}}, "snapshot":{"id":"p",
            "a":1, "updatedBy":{"source":"API"}}}])"},
        ReadingCase{"Created", R"({"event":"person.created","data":{"id":"p","a":1}})",
                    R"([{"type":"contact", "kind":"created", "mode":"full_object", "id":"p",
            "changes":{}, "snapshot":{"id":"p", "a":1}}])"},
        ReadingCase{"Deleted", R"({"event":"person.deleted","data":{"id":"p","a":1}})",
                    R"([{"type":"contact", "kind":"deleted", "mode":"changes_only", "id":"p",
            "changes":{}, "snapshot":{"id":"p", "a":1}}])"},
        ReadingCase{"Task", R"({"event":"task.updated","data":{"id":"p"}})",
                    R"(other_record: task)"},
        ReadingCase{"OwnObjectThatBeginsLikeOurs",
                    R"({"event":"companyNote.updated","data":{"id":"p"}})",
                    R"(other_record: companyNote)"},
        ReadingCase{"NoEvent", R"({"data":{"id":"p"}})",
                    R"(unmapped: no record type at /event, /eventName)"},
        ReadingCase{"NoId", R"({"event":"person.updated","data":{}})",
                    R"(unmapped: the body names no record: nothing at /data/id, /record/id)"}),
    case_name);

}  // namespace
}  // namespace fh::test
