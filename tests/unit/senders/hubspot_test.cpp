#include "unit/senders/reading_json.h"

namespace fh::test {
namespace {

TEST(HubspotSample, IsThreeEventsOfTwoTypes) {
  const Json events = to_json(find_sender("hubspot")(sample("hubspot-batch"), {}));
  EXPECT_EQ(events, Json::parse(R"([
    {"type": "contact", "kind": "updated", "mode": "changes_only", "id": "123",
     "changes": {"lifecyclestage": {"to": "customer"}}, "sender_id": "100:1234:1711234567890",
     "occurred_at": "1711234567890", "actor": "CRM_UI"},
    {"type": "company", "kind": "updated", "mode": "changes_only", "id": "124",
     "changes": {"onboarding_stage": {"to": "Started"}}, "sender_id": "101:1235:1711234567891",
     "occurred_at": "1711234567891", "actor": "INTEGRATION"},
    {"type": "contact", "kind": "created", "mode": "changes_only", "id": "125", "changes": {},
     "sender_id": "102:1236:1711234567892", "occurred_at": "1711234567892", "actor": "CRM_UI"}])"));
}

TEST(HubspotActors, AreIgnoredByChangeSourceOrSourceId) {
  for (const char* ignored : {"INTEGRATION", "3344"}) {
    const std::vector<std::string> actors = {ignored};
    const SenderReading reading =
        find_sender("hubspot")(sample("hubspot-batch"), {.ignore_actors = &actors});
    ASSERT_EQ(reading.events.size(), 3u);
    EXPECT_EQ(reading.events[0].set_aside, "");
    EXPECT_EQ(reading.events[1].set_aside, "actor");
  }
}

class Hubspot : public testing::TestWithParam<ReadingCase> {};

TEST_P(Hubspot, IsReadSo) { expect_reading("hubspot", GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Table, Hubspot,
    testing::Values(
        ReadingCase{
            "TypeId",
            R"([{"subscriptionType":"object.propertyChange", "objectTypeId":"0-1", "objectId":1,
            "propertyName":"a", "propertyValue":""}])",
            R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"1",
            "changes":{"a":{"to":""}}}])"},
        ReadingCase{"TypeIdOfACompany",
                    R"([{"subscriptionType":"object.creation","objectTypeId":"0-2","objectId":1}])",
                    R"([{"type":"company", "kind":"created", "mode":"changes_only", "id":"1",
            "changes":{}}])"},
        ReadingCase{
            "NullValue",
            R"([{"subscriptionType":"contact.propertyChange", "objectId":1, "propertyName":"a",
            "propertyValue":null}])",
            R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"1",
            "changes":{"a":{"to":null}}}])"},
        ReadingCase{"Deletion", R"([{"subscriptionType":"contact.deletion","objectId":1}])",
                    R"([{"type":"contact", "kind":"deleted", "mode":"changes_only", "id":"1",
            "changes":{}}])"},
        ReadingCase{"PrivacyDeletion",
                    R"([{"subscriptionType":"contact.privacyDeletion", "objectId":1}])",
                    R"([{"type":"contact", "kind":"deleted", "mode":"changes_only", "id":"1",
            "changes":{}}])"},
        ReadingCase{"Deal",
                    R"([{"subscriptionType":"deal.propertyChange", "objectId":1, "propertyName":"a",
            "propertyValue":"b"}])",
                    R"(other_record: deal)"},
        ReadingCase{"DealByTypeId",
                    R"([{"subscriptionType":"object.creation", "objectTypeId":"0-3",
            "objectId":1}])",
                    R"(other_record: object 0-3)"},
        ReadingCase{"Merge", R"([{"subscriptionType":"contact.merge","objectId":1}])",
                    R"(other_event: contact.merge)"},
        ReadingCase{"AssociationWithoutAnObject",
                    R"([{"subscriptionType":"contact.associationChange", "fromObjectId":1,
            "toObjectId":2}])",
                    R"(other_event: contact.associationChange)"},
        ReadingCase{"OnlyItsPortal",
                    R"([{"portalId":6, "subscriptionType":"contact.creation", "objectId":1},
            {"portalId":7, "subscriptionType":"contact.creation", "objectId":1}])",
                    R"([{"type":"contact", "kind":"created", "mode":"changes_only", "id":"1",
            "changes":{}}])",
                    {.portal = 6}},
        ReadingCase{"OtherPortal",
                    R"([{"portalId":7, "subscriptionType":"contact.creation", "objectId":1}])",
                    R"(other_record: portal 7)",
                    {.portal = 6}},
        ReadingCase{"NoPortal",
                    R"([{"subscriptionType":"contact.creation", "objectId":1}])",
                    R"(other_record: no portal)",
                    {.portal = 6}},
        ReadingCase{"DealBesideAContact",
                    R"([{"subscriptionType":"deal.creation", "objectId":1},
            {"subscriptionType":"contact.creation", "objectId":2}])",
                    R"([{"type":"contact", "kind":"created", "mode":"changes_only", "id":"2",
            "changes":{}}])"},
        ReadingCase{"NoList", R"({"subscriptionType":"contact.creation","objectId":1})",
                    R"(unmapped: the body is not a list of events)"},
        ReadingCase{"NoType", R"([{"objectId":1}])",
                    R"(unmapped: an event has no "subscriptionType")"},
        ReadingCase{"NoObject", R"([{"subscriptionType":"contact.creation"}])",
                    R"(unmapped: an event has no "objectId")"},
        ReadingCase{
            "NoProperty",
            R"([{"subscriptionType":"contact.propertyChange","objectId":1,"propertyValue":1}])",
            R"(unmapped: a propertyChange has no "propertyName" or no "propertyValue")"},
        ReadingCase{"NoObjects", R"([1])", R"(unmapped: an event is not a JSON object)"},
        ReadingCase{"Empty", R"([])", R"(unmapped: the list of events is empty)"}),
    case_name);

}  // namespace
}  // namespace fh::test
