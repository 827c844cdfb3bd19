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
SourceTerms companies(const std::string& json) {
  return {.record = RecordType::company, .mapping = &mapping(json), .only_record = true};
}

TEST(GenericWithATokenInItsBody, DoesNotTakeItForAField) {
  const std::pair<std::string, std::string> bodies[] = {
      {"/token", R"({"id":1,"a":2,"token":"secret"})"},
      {"/auth/to~1ken", R"({"id":1,"a":2,"auth":{"to/ken":"secret"}})"}};
  for (const auto& [token, body] : bodies) {
    SourceTerms flat = terms(R"({"id":"/id","snapshot":""})");
    flat.token = &token;
    const SenderReading reading = find_sender("generic")(SenderBody(std::string_view(body)), flat);
    ASSERT_EQ(reading.events.size(), 1U) << reading.unmapped;
    EXPECT_EQ(reading.events[0].snapshot.text().find("secret"), std::string::npos);
    EXPECT_EQ(reading.events[0].snapshot.json()["a"], 2);
    EXPECT_FALSE(reading.events[0].snapshot_at);
  }
}

TEST(GenericWithATokenInItsBody, TakesAFieldOfThatNameInAListsItemForOne) {
  const auto first_record = [](const std::string& token, const std::string& json,
                               const std::string& body) {
    SourceTerms listed = terms(json);
    listed.token = &token;
    return find_sender("generic")(SenderBody(std::string_view(body)), listed)
        .events.at(0)
        .snapshot.json();
  };
  EXPECT_EQ(first_record("/token", R"({"events":"/items","id":"/id","snapshot":""})",
                         R"({"token":"secret","items":[{"id":1,"token":"abc"}]})"),
            Json::parse(R"({"id":1,"token":"abc"})"));
  EXPECT_EQ(first_record("/0/token", R"({"id":"/id","snapshot":""})",
                         R"([{"id":1,"token":"secret"},{"id":2}])"),
            Json::parse(R"({"id":1})"));
}

TEST(GenericWithoutMapping, ReadsNothing) {
  EXPECT_EQ(find_sender("generic")(Json::parse(R"({"id": 1, "changes": {"a": 1}})"), {}).unmapped,
            "the body names no record: nothing at any place (the source's mapping names none)");
}

class Generic : public testing::TestWithParam<ReadingCase> {};

TEST_P(Generic, IsReadSo) { expect_reading("generic", GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Table, Generic,
    testing::Values(
        ReadingCase{
            "Everything",
            R"({"what":"Company/Edited", "n":{"u":"u", "i":7}, "diff":{"a":2,
            "custom_field.b":3}, "rec":{"a":2}, "was":{"a":1}, "e":9, "t":1700000000, "by":"me"})",
            R"([{"type":"company", "kind":"updated", "mode":"changes_with_snapshot", "uuid":"u",
            "id":"7", "sender_id":"9", "occurred_at":"1700000000", "actor":"me",
            "changes":{"a":{"from":1, "to":2}, "b":{"to":3}}, "snapshot":{"a":2,
            "custom_field":{"b":3}}}])",
            terms(
                R"({"type":"/what", "uuid":"/n/u", "id":"/n/i", "changes":"/diff",
            "snapshot":"/rec", "previous":"/was", "event_id":"/e", "time":"/t", "actor":"/by"})")},
        ReadingCase{
            "NamesOfFields", R"({"id":1,"fields":["a","gone"],"now":{"a":2}})",
            R"([{"type":"contact", "kind":"updated", "mode":"changes_with_snapshot", "id":"1",
            "changes":{"a":{"to":2}, "gone":{"to":null}}, "snapshot":{"a":2, "gone":null}}])",
            terms(R"({"id":"/id","changes":"/fields","snapshot":"/now"})")},
        ReadingCase{
            "NamesOfFieldsWithoutValues", R"({"id":1,"fields":["a"]})",
            R"(unmapped: the changes are fields' names, and no record at /now has their values)",
            terms(R"({"id":"/id","changes":"/fields","snapshot":"/now"})")},
        ReadingCase{"WholeBodyIsTheRecord", R"({"id":1,"a":2})",
                    R"([{"type":"contact", "kind":"updated", "mode":"full_object", "id":"1",
            "changes":{}, "snapshot":{"id":1, "a":2}}])",
                    terms(R"({"id":"/id","snapshot":""})")},
        ReadingCase{"ListOfEvents", R"({"items":[{"id":1,"c":{"a":1}},{"id":2,"c":{"a":2}}]})",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"1",
            "changes":{"a":{"to":1}}}, {"type":"contact", "kind":"updated",
            "mode":"changes_only", "id":"2", "changes":{"a":{"to":2}}}])",
                    terms(R"({"events":"/items","id":"/id","changes":"/c"})")},
        ReadingCase{"BodyIsAList", R"([{"id":1,"c":{"a":1}}])",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"1",
            "changes":{"a":{"to":1}}}])",
                    terms(R"({"id":"/id","changes":"/c"})")},
        ReadingCase{"NameWithANul", R"({"id":"a\u0000b","c":{"a":1}})",
                    R"(unmapped: the body names no record: a text with control characters at /id)",
                    terms(R"({"id":"/id","changes":"/c"})")},
        ReadingCase{"NameWithAC1Control", R"({"id":"a\u0085b","c":{"a":1}})",
                    R"(unmapped: the body names no record: a text with control characters at /id)",
                    terms(R"({"id":"/id","changes":"/c"})")},
        ReadingCase{"OldValuesOfFieldsOfOneName",
                    R"({"id":1,"c":{"a":2,"custom_field":{"a":3,"b":4}},
                        "was":{"a":0,"custom_field":{"a":1,"b":2}}})",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"1",
            "changes":{"a":{"from":0,"to":2}, "custom_field.a":{"from":1,"to":3},
            "b":{"from":2,"to":4}}}])",
                    terms(R"({"id":"/id","changes":"/c","previous":"/was"})")},
        ReadingCase{"OldValuesOfOthersOfTheirName",
                    R"({"id":1,"c":{"a":5,"b":5,"custom_field":{"y":5,"z":5}},
                        "was":{"a":4,"y":4,"z":5,"custom_field":{"a":5,"b":4,"z":4}}})",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"1",
            "changes":{"a":{"from":4,"to":5}, "b":{"from":4,"to":5}, "y":{"from":4,"to":5},
            "z":{"from":4,"to":5}}}])",
                    terms(R"({"id":"/id","changes":"/c","previous":"/was"})")},
        ReadingCase{"FieldsOfOneNameBesideARecordWithOne",
                    R"({"id":1,"c":{"a":7,"custom_field":{"a":8,"z":8},"z":null},
                        "now":{"custom_field":{"a":8,"z":8}}})",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_with_snapshot",
            "id":"1", "changes":{"a":{"to":7}, "custom_field.a":{"to":8},
            "custom_field.z":{"to":8}, "z":{"to":null}},
            "snapshot":{"a":7, "z":null, "custom_field":{"a":8,"z":8}}}])",
                    terms(R"({"id":"/id","changes":"/c","snapshot":"/now"})")},
        ReadingCase{"NamesOfFieldsOfOneName",
                    R"({"id":1,"c":["a","custom_field.a","z","custom_field.z"],
                        "now":{"z":7,"custom_field":{"a":8}}})",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_with_snapshot",
            "id":"1", "changes":{"a":{"to":null}, "custom_field.a":{"to":8},
            "custom_field.z":{"to":null}, "z":{"to":7}},
            "snapshot":{"a":null, "z":7, "custom_field":{"a":8,"z":null}}}])",
                    terms(R"({"id":"/id","changes":"/c","snapshot":"/now"})")},
        ReadingCase{"EscapedPointer", R"({"a/b":{"~":7},"c":{"a":1}})",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"7",
            "changes":{"a":{"to":1}}}])",
                    terms(R"({"id":"/a~1b/~0","changes":"/c"})")},
        ReadingCase{"NoListOfEvents", R"({"items":{}})", R"(unmapped: no list of events at /items)",
                    terms(R"({"events":"/items","id":"/id"})")},
        ReadingCase{"NoChanges", R"({"id":1})", R"(unmapped: no changes and no record at /c)",
                    terms(R"({"id":"/id","changes":"/c"})")},
        ReadingCase{"FractionIsNoName", R"({"id":1.5,"c":{"a":1}})",
                    R"(unmapped: the body names no record: no text or whole number at /id)",
                    terms(R"({"id":"/id","changes":"/c"})")},
        ReadingCase{"NullIsNothing", R"({"id":null,"c":{"a":1}})",
                    R"(unmapped: the body names no record: nothing at /id)",
                    terms(R"({"id":"/id","changes":"/c"})")},
        ReadingCase{"TheBodyIsNoName", R"({"a":1})",
                    R"(unmapped: the body names no record: no text or whole number at the body )"
                    R"(itself)",
                    terms(R"({"id":""})")},
        ReadingCase{"ChangesThatAreAText", R"({"id":1,"c":"status","r":{"status":"A"}})",
                    R"(unmapped: what stands at /c is no change list: neither fields with their )"
                    R"(new values, nor a list of fields' names or of {"field", "old", "new"})",
                    terms(R"({"id":"/id","changes":"/c","snapshot":"/r"})")},
        ReadingCase{"NamesBesideSomethingElse", R"({"id":1,"c":["a",1],"r":{"a":1}})",
                    R"(unmapped: what stands at /c is no change list: neither fields with their )"
                    R"(new values, nor a list of fields' names or of {"field", "old", "new"})",
                    terms(R"({"id":"/id","changes":"/c","snapshot":"/r"})")},
        ReadingCase{"NullIsNoChangeList", R"({"id":1,"c":null,"a":2})",
                    R"([{"type":"contact", "kind":"updated", "mode":"full_object", "id":"1",
            "changes":{}, "snapshot":{"id":1, "a":2}}])",
                    terms(R"({"id":"/id","changes":"/c","snapshot":""})")},
        ReadingCase{"NamesOfCustomFields",
                    R"({"id":1,"c":["custom_field.a"],"r":{"custom_field":{"a":2}}})",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_with_snapshot",
            "id":"1", "changes":{"a":{"to":2}}, "snapshot":{"custom_field":{"a":2}}}])",
                    terms(R"({"id":"/id","changes":"/c","snapshot":"/r"})")},
        ReadingCase{"APathIntoWhatTheRecordLacks", R"({"id":1,"c":{"a.b":2},"r":{"x":1}})",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_with_snapshot",
            "id":"1", "changes":{"a.b":{"to":2}}, "snapshot":{"x":1}}])",
                    terms(R"({"id":"/id","changes":"/c","snapshot":"/r"})")},
        ReadingCase{"TheNameOfAPathIntoWhatTheRecordHas",
                    R"({"id":1,"c":["a.b","g.h"],"r":{"a":{"x":1}}})",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_with_snapshot",
            "id":"1", "changes":{"a.b":{"to":null}, "g.h":{"to":null}},
            "snapshot":{"a":{"x":1}, "g.h":null}}])",
                    terms(R"({"id":"/id","changes":"/c","snapshot":"/r"})")},
        ReadingCase{"PairsThatDoNotDiffer",
                    R"({"id":1,"c":{"a":{"from":1,"to":1}, "b":{"old":1,"new":2}, "d":1}})",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_only", "id":"1",
            "changes":{"b":{"from":1, "to":2}, "d":{"to":1}}}])",
                    terms(R"({"id":"/id","changes":"/c"})")},
        ReadingCase{"TheWholeRecordBefore",
                    R"({"before":{"id":1,"a":1,"b":1},"after":{"id":1,"a":1,"b":2}})",
                    R"([{"type":"contact", "kind":"updated", "mode":"changes_with_snapshot",
            "id":"1", "changes":{"b":{"from":1, "to":2}}, "snapshot":{"id":1,"a":1,"b":2}}])",
                    terms(R"({"id":"/after/id","previous":"/before","snapshot":"/after"})")},
        ReadingCase{"ATypeThatSaysOnlyWhatHappened", R"({"t":"Deleted","id":1})",
                    R"(unmapped: the type at /t, "Deleted", says what happened and not to which )"
                    R"(record: give the source a record)",
                    terms(R"({"id":"/id","type":"/t"})")},
        ReadingCase{"ATypeThatSaysWhatHappenedToTheSourcesRecord", R"({"t":"Deleted","id":1})",
                    R"([{"type":"company", "kind":"deleted", "mode":"changes_only", "id":"1",
            "changes":{}}])",
                    companies(R"({"id":"/id","type":"/t"})")},
        ReadingCase{"ATypeOfMoreThanWhatHappened", R"({"t":"tag.deleted","id":1})",
                    R"(other_record: tag.deleted)", companies(R"({"id":"/id","type":"/t"})")},
        ReadingCase{"ATypeThatMayNameAnotherRecord", R"({"t":"event.created","id":1})",
                    R"(other_record: event.created)", companies(R"({"id":"/id","type":"/t"})")},
        ReadingCase{"TypeInCapitals", R"({"t":"COMPANY","id":1,"c":{"a":1}})",
                    R"([{"type":"company", "kind":"updated", "mode":"changes_only", "id":"1",
            "changes":{"a":{"to":1}}}])",
                    terms(R"({"id":"/id","changes":"/c","type":"/t"})")},
        ReadingCase{"OtherType", R"({"t":"ticket","id":1})", R"(other_record: ticket)",
                    terms(R"({"id":"/id","type":"/t"})")}),
    case_name);

}  // namespace
}  // namespace fh::test
