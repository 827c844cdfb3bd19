// The words of a sender's types: "contact.updated", "PERSON_DELETED", "newCompany". Only a type
// that says nothing beside a record and what happened to it is believed: "contact.tag.removed" is
// no deleted contact. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/event.h"

namespace fh {

/// "contactUpdated.v2", "CONTACT_UPDATED.v2" -> contact, updated, v2.
std::vector<std::string> words_in(std::string_view text);
std::optional<RecordType> record_type_of(const std::string& word);
std::optional<EventKind> event_kind_of(const std::string& word);

/// A sender's own words for records, before the usual ones.
using TypeWords = std::vector<std::pair<std::string, RecordType>>;

struct NamedType {
  std::optional<RecordType> record;  // nullopt: none of ours is named
  std::optional<EventKind> kind;     // nullopt: what happened is not said
  bool says_more = false;            // another word is in it, or stands between these two
};

NamedType named_type(std::string_view text, const TypeWords& own);

}  // namespace fh
