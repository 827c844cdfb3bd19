#include "senders/sender_profile.h"

#include "senders/body_parts.h"
#include "unit/senders/reading_json.h"

namespace fh {
namespace {

TEST(SenderProfiles, EachKnownSenderHasOne) {
  for (const Sender& sender : senders())
    EXPECT_NE(find_sender(sender.name), nullptr) << sender.name;
  EXPECT_EQ(find_sender("hubspt"), nullptr);
}

// Bodies that no sender sends: none may throw, or crash, or make an event of nothing.
TEST(SenderProfiles, ReadStrangeBodiesAsNothing) {
  for (const Sender& sender : senders())
    for (const char* body : {"null", "1", "\"x\"", "[]", "{}", "[[]]", "[null]", "[1, {}]",
                             R"({"data": null, "meta": [], "event": 1, "module": {}})",
                             R"({"meta": {"entity": "person", "action": "change"}, "data": []})"}) {
      const SenderReading reading = find_sender(sender.name)(Json::parse(body), {});
      EXPECT_TRUE(reading.events.empty()) << sender.name << ": " << body;
    }
}

TEST(SenderProfiles, ReadNoMoreEventsThanTheyMay) {
  const Json event = {{"subscriptionType", "contact.creation"}, {"objectId", 1}};
  const auto hubspot = find_sender("hubspot");
  EXPECT_EQ(hubspot(Json(Json::array_t(kMostEvents, event)), {}).events.size(), kMostEvents);
  const SenderReading reading = hubspot(Json(Json::array_t(kMostEvents + 1, event)), {});
  EXPECT_TRUE(reading.events.empty());
  EXPECT_EQ(reading.unmapped, "more than 1000 events in one delivery");
}

TEST(SourceTerms, ARecordThatIsWrittenOutIsTheOnlyOneTaken) {
  const auto read = [](const Json& body, const SourceTerms& terms) {
    return read_for_source(find_sender("hubspot"), body, terms);
  };
  const Json contact = {{"subscriptionType", "contact.creation"}, {"objectId", 1}};
  const Json company = {{"subscriptionType", "company.creation"}, {"objectId", 2}};
  const Json deal = {{"subscriptionType", "deal.creation"}, {"objectId", 3}};
  const SourceTerms any;
  const SourceTerms contacts{.only_record = true};
  const SourceTerms companies{.record = RecordType::company, .only_record = true};
  EXPECT_EQ(read({contact, company}, any).events.size(), 2u);

  const SenderReading both = read({company, contact, company}, contacts);
  ASSERT_EQ(both.events.size(), 1u);
  EXPECT_EQ(both.events[0].type, RecordType::contact);
  EXPECT_EQ(read({company, contact}, companies).events.at(0).aliases.id, "2");

  const SenderReading none = read(Json::array({company}), contacts);
  EXPECT_TRUE(none.events.empty());
  EXPECT_EQ(none.ignored, "other_record: company");
  EXPECT_EQ(none.unmapped, "");
  EXPECT_EQ(read(Json::array({deal}), contacts).ignored, "other_record: deal");
}

TEST(SourceTerms, AnEventKeepsItsPlaceWhateverElseIsTaken) {
  const Json contact = {{"subscriptionType", "contact.creation"}, {"objectId", 1}};
  const Json company = {{"subscriptionType", "company.creation"}, {"objectId", 2}};
  const auto ordinal = [&](const SourceTerms& terms) {
    const Json body = {company, Json::object(), contact};
    return read_for_source(find_sender("hubspot"), body, terms).events.back().ordinal;
  };
  EXPECT_EQ(ordinal({}), 2);
  EXPECT_EQ(ordinal({.only_record = true}), 2);
}

}  // namespace
}  // namespace fh
