#include "unit/senders/reading_json.h"

namespace fh::test {
namespace {

TEST(EspoCrmSample, IsOneEventPerRecord) {
  EXPECT_EQ(to_json(find_sender("espocrm")(sample("espocrm-contact-update"), {})), Json::parse(R"([
    {"type": "contact", "kind": "updated", "mode": "changes_only", "id": "5f3c1a7a1b2c3d4e5",
     "changes": {"status": {"to": "Passed"}}},
    {"type": "contact", "kind": "updated", "mode": "changes_only", "id": "5f3c1a7a1b2c3d4e6",
     "changes": {"status": {"to": "Failed"}, "title": {"to": "Lead"}}}])"));
}

constexpr SourceTerms kCreated{RecordType::company, EventKind::created};
constexpr SourceTerms kDeleted{RecordType::contact, EventKind::deleted};

class EspoCrmReading : public testing::TestWithParam<ReadingCase> {};

TEST_P(EspoCrmReading, IsReadSo) { expect_reading("espocrm", GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Table, EspoCrmReading,
    testing::Values(
        ReadingCase{"Created", R"([{"id":"a","name":"n","deleted":false}])",
                    R"([{"type":"company", "kind":"created", "mode":"full_object", "id":"a",
            "changes":{}, "snapshot":{"id":"a", "name":"n", "deleted":false}}])",
                    kCreated},
        ReadingCase{"Deleted", R"([{"id":"a"}])",
                    R"([{"type":"contact", "kind":"deleted", "mode":"changes_only", "id":"a",
            "changes":{}}])",
                    kDeleted},
        ReadingCase{"NullAndEmpty", R"([{"id":"a","x":null,"y":""}])",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"a",
            "changes":{"x":{"to":null}, "y":{"to":""}}}])"},
        ReadingCase{"TimeAndActor",
                    R"([{"id":"a","x":1,"modifiedAt":"2026-01-01 10:00:00","modifiedById":"u"}])",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"a",
            "occurred_at":"2026-01-01 10:00:00", "actor":"u", "changes":{"x":{"to":1},
            "modifiedAt":{"to":"2026-01-01 10:00:00"}, "modifiedById":{"to":"u"}}}])"},
        ReadingCase{"OneWithoutId", R"([{"x":1},{"id":"a","x":1}])",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"a",
            "changes":{"x":{"to":1}}}])"},
        ReadingCase{"NoId", R"([{"x":1}])", R"(unmapped: an item names no record: it has no "id")"},
        ReadingCase{"OnlyId", R"([{"id":"a"}])",
                    R"(unmapped: an item has no attribute beside "id")"},
        ReadingCase{"NoList", R"({"id":"a","x":1})",
                    R"(unmapped: the body is not a list of records)"}),
    case_name);

}  // namespace
}  // namespace fh::test
