#include "unit/senders/reading_json.h"

namespace fh::test {
namespace {

TEST(ZohoSample, IsOneEventPerRecord) {
  EXPECT_EQ(to_json(find_sender("zoho")(sample("zoho-contacts-update"), {})), Json::parse(R"([
    {"type": "contact", "kind": "updated", "mode": "changes_only", "id": "5725767000003000010",
     "changes": {"Stage": {"to": "Closed Won"}}, "occurred_at": "1718115953625"}])"));
}

class Zoho : public testing::TestWithParam<ReadingCase> {};

TEST_P(Zoho, IsReadSo) { expect_reading("zoho", GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Table, Zoho,
    testing::Values(
        ReadingCase{"TwoAccounts",
                    R"({"module":"Accounts", "operation":"update", "ids":["1", 2],
            "affected_values":[{"record_id":"2", "values":{"a":null}}, {"record_id":"1",
            "values":{"a":1}}]})",
                    R"([{"type":"company", "kind":"updated", "mode":"changes_only", "id":"1",
            "changes":{"a":{"to":1}}}, {"type":"company", "kind":"updated",
            "mode":"changes_only", "id":"2", "changes":{"a":{"to":null}}}])"},
        ReadingCase{"Insert",
                    R"({"module":"Contacts", "operation":"insert", "ids":["1"],
            "affected_values":[{"record_id":"1", "values":{"a":1}}]})",
                    R"([{"type":"contact", "kind":"created", "mode":"changes_only", "id":"1",
            "changes":{"a":{"to":1}}}])"},
        ReadingCase{"InsertWithoutValues",
                    R"({"module":"Contacts","operation":"insert","ids":["1"]})",
                    R"([{"type":"contact", "kind":"created", "mode":"changes_only", "id":"1",
            "changes":{}}])"},
        ReadingCase{"Delete", R"({"module":"Contacts","operation":"delete","ids":["1"]})",
                    R"([{"type":"contact", "kind":"deleted", "mode":"changes_only", "id":"1",
            "changes":{}}])"},
        ReadingCase{"Deals", R"({"module":"Deals","operation":"update","ids":["1"]})",
                    R"(other_record: Deals)"},
        ReadingCase{"NoModule", R"({"operation":"update","ids":["1"]})",
                    R"(unmapped: the body has no "module")"},
        ReadingCase{"OtherOperation", R"({"module":"Contacts", "operation":"merge", "ids":["1"]})",
                    R"(unmapped: "operation" is none of insert, update and delete)"},
        ReadingCase{"NoIds", R"({"module":"Contacts","operation":"update","ids":[]})",
                    R"(unmapped: the body names no record: "ids" is missing or empty)"},
        ReadingCase{
            "NoValues",
            R"({"module":"Contacts","operation":"update","ids":["1"],"affected_values":[]})",
            R"(unmapped: "affected_values" has no values of record 1: switch )"
            R"(on return_affected_field_values in the notification's )"
            R"(settings)"},
        ReadingCase{"BadId", R"({"module":"Contacts","operation":"delete","ids":[{}]})",
                    R"(unmapped: "ids" holds something that is no id)"},
        ReadingCase{"NoObject", R"([])", R"(unmapped: the body has no "module")"}),
    case_name);

}  // namespace
}  // namespace fh::test
