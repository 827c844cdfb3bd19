#include "senders/type_words.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

using Words = std::vector<std::string>;

TEST(Words, AreFoundInEveryWayOfWriting) {
  EXPECT_EQ(words_in("contactUpdated.v2"), (Words{"contact", "updated", "v2"}));
  EXPECT_EQ(words_in("contact_updated"), (Words{"contact", "updated"}));
  EXPECT_EQ(words_in("  Company / Edited "), (Words{"company", "edited"}));
  EXPECT_EQ(words_in("CONTACT_UPDATED"), (Words{"contact", "updated"}));
  EXPECT_EQ(words_in("v2Contact"), (Words{"v2", "contact"}));
  EXPECT_TRUE(words_in("--").empty());
}

struct Case {
  const char* text;
  const char* read;  // "contact updated"; "-" for what it does not say
};

std::string read(const char* text) {
  const NamedType named = named_type(text, {{"lead", RecordType::company}});
  if (named.says_more) return "more";
  return std::string(named.record ? name_of(*named.record) : "-") + " " +
         std::string(named.kind ? name_of(*named.kind) : "-");
}

TEST(NamedType, IsARecordAndWhatHappenedToItInAnyOrder) {
  const Case cases[] = {{"contact.updated", "contact updated"},
                        {"CONTACT_UPDATED", "contact updated"},
                        {"Company/Edited", "company updated"},
                        {"newContact", "contact created"},
                        {"deleted.person", "contact deleted"},
                        {"lead.created", "company created"},
                        {"COMPANY", "company -"},
                        {"updated", "- updated"},
                        {"crm.contact.updated.v2", "contact updated"},
                        {"onContactCreated", "contact created"},
                        {"ContactDeletedEvent", "contact deleted"},
                        {"event.contact.deleted.2026-11", "contact deleted"},
                        {"person.updated.person.updated", "contact updated"},
                        {"contact.restored", "contact updated"},
                        {"", "- -"}};
  for (const Case& one : cases) EXPECT_EQ(read(one.text), one.read) << one.text;
}

// None of these was done to the contact itself.
TEST(NamedType, IsNotBelievedWhenItSaysMore) {
  for (const char* text :
       {"contact.tag.removed", "contact.tag.deleted", "contact_list.deleted",
        "deal.contact.removed", "contact.note.added", "contact.new_owner", "contact.email.updated",
        "contact.event.deleted", "contact.company.updated", "contact.merged",
        "contact.deleted.created", "contactTask.updated"})
    EXPECT_EQ(read(text), "more") << text;
}

}  // namespace
}  // namespace fh
