#include "unit/senders/reading_json.h"

namespace fh::test {
namespace {

const Mapping& mapping(const std::string& json) {
  static std::vector<std::unique_ptr<Mapping>> kept;  // terms only point to theirs
  kept.push_back(std::make_unique<Mapping>());
  const Json keys = Json::parse(json);
  for (const MappingKey& one : mapping_keys())
    if (keys.contains(one.key)) *kept.back().*one.part = keys[one.key].get<std::string>();
  return *kept.back();
}

SourceTerms terms(const std::string& json) { return {.mapping = &mapping(json)}; }

TEST(StandardWebhooksSample, IsReadByTheDefaultPlaces) {
  EXPECT_EQ(
      to_json(find_sender("standard-webhooks")(sample("standard-webhooks-contact-updated"), {})),
      Json::parse(R"([
    {"type": "contact", "kind": "updated", "mode": "changes_with_snapshot", "id": "1213",
     "changes": {"level2_review_status": {"to": "Passed"}},
     "occurred_at": "2026-06-24T10:15:30.000Z",
     "snapshot": {"id": "1213", "email": "priya@example.com",
                  "level2_review_status": "Passed"}}])"));
}

class StandardWebhooksReading : public testing::TestWithParam<ReadingCase> {};

TEST_P(StandardWebhooksReading, IsReadSo) { expect_reading("standard-webhooks", GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Table, StandardWebhooksReading,
    testing::Values(
        ReadingCase{"DataIsTheRecord", R"({"type":"company.created","data":{"id":7,"a":1}})",
                    R"([{"type":"company", "kind":"created", "mode":"full_object", "id":"7",
            "changes":{}, "snapshot":{"id":7, "a":1}}])"},
        ReadingCase{
            "OldValues",
            R"({"type":"contact.updated", "data":{"id":7, "changes":{"a":2}, "previous":{"a":1,
            "b":1}}})",
            R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"7",
            "changes":{"a":{"from":1, "to":2}}}])"},
        ReadingCase{
            "Pairs",
            R"({"type":"contact_updated","data":{"id":7,"changes":{"a":{"from":1,"to":2}}}})",
            R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"7",
            "changes":{"a":{"from":1, "to":2}}}])"},
        ReadingCase{"Deleted", R"({"type":"contact.deleted","data":{"id":7}})",
                    R"([{"type":"contact", "kind":"deleted", "mode":"changes_only", "id":"7",
            "changes":{}, "snapshot":{"id":7}}])"},
        ReadingCase{"OtherRecord", R"({"type":"invoice.paid","data":{"id":7}})",
                    R"(other_record: invoice.paid)"},
        ReadingCase{"InCapitals", R"({"type":"CONTACT_DELETED","data":{"id":7}})",
                    R"([{"type":"contact", "kind":"deleted", "mode":"changes_only", "id":"7",
            "changes":{}, "snapshot":{"id":7}}])"},
        ReadingCase{"TagOfAContact", R"({"type":"contact.tag.removed","data":{"id":7}})",
                    R"(other_event: contact.tag.removed)"},
        ReadingCase{"ContactOfADeal", R"({"type":"deal.contact.removed","data":{"id":7}})",
                    R"(other_event: deal.contact.removed)"},
        ReadingCase{
            "ListOfChanges",
            R"({"type":"contact.updated", "data":{"id":7, "changes":[{"field":"s", "old":"A",
            "new":"B"}, {"name":"t", "to":null, "type":"text"}, {"property":"custom_field.u",
            "previous":null, "current":1}]}})",
            R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"7",
            "changes":{"s":{"from":"A", "to":"B"}, "t":{"to":null}, "u":{"from":null,
            "to":1}}}])"},
        ReadingCase{"ListOfOtherThings",
                    R"({"type":"contact.updated","data":{"id":7,"changes":[{"field":"s"}]}})",
                    R"(unmapped: what stands at /data/changes is no change list: neither fields )"
                    R"(with their new values, nor a list of fields' names or of {"field", "old", )"
                    R"("new"})"},
        ReadingCase{"NoType", R"({"data":{"id":7}})", R"(unmapped: no record type at /type)"},
        ReadingCase{"NoRecord", R"({"type":"contact.updated","data":{"a":1}})",
                    R"(unmapped: the body names no record: nothing at /data/uuid, )"
                    R"(/data/snapshot/uuid, /data/id, /data/snapshot/id)"},
        ReadingCase{
            "ConfiguredPlaces",
            R"({"type":"contact.updated", "data":{"object":{"key":"k", "a":2}, "was":{"a":1},
            "by":"api"}})",
            R"([{"type":"contact", "kind":"updated", "mode":"changes_with_snapshot", "id":"k",
            "actor":"api", "changes":{"a":{"from":1, "to":2}}, "snapshot":{"key":"k", "a":2}}])",
            terms(
                R"({"id":"/data/object/key", "snapshot":"/data/object", "previous":"/data/was",
            "actor":"/data/by"})")}),
    case_name);

}  // namespace
}  // namespace fh::test
