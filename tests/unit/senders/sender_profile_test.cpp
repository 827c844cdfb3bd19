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
  EXPECT_EQ(hubspot(Json::array_t(kMostEvents, event), {}).events.size(), kMostEvents);
  const SenderReading reading = hubspot(Json::array_t(kMostEvents + 1, event), {});
  EXPECT_TRUE(reading.events.empty());
  EXPECT_EQ(reading.unmapped, "more than 1000 events in one delivery");
}

TEST(Words, AreFoundInEveryWayOfWriting) {
  EXPECT_EQ(words_in("contactUpdated.v2"), (std::vector<std::string>{"contact", "updated", "v2"}));
  EXPECT_EQ(words_in("contact_updated"), (std::vector<std::string>{"contact", "updated"}));
  EXPECT_EQ(words_in("  Company / Edited "), (std::vector<std::string>{"company", "edited"}));
  EXPECT_TRUE(words_in("--").empty());
}

}  // namespace
}  // namespace fh
