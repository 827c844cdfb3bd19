// The small steps that sender profiles share: names and texts in a body, changes in a list, and who
// made them. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "senders/sender_profile.h"

namespace fh {

/// More events in one delivery are not read.
inline constexpr std::size_t kMostEvents = 1000;

/// The member of an object; null pointer when there is none.
const Json* member_of(const Json& object, std::string_view key);

/// A text, or a number as text; "" for anything else.
std::string text_in(const Json* value);
/// What may name a record: a text without control characters (one with a NUL would be shown as
/// another's name) or a whole number; "" for anything else.
std::string name_in(const Json* value);

/// A plain new value, or {from, to}, {old, new} or {previous, current}.
Change change_in(const Json& value);

/// Whether it can be read as changes: an object, or a list of fields' names and of
/// {"field", "old", "new"}, or the like by other usual names; the old value may be missing.
bool is_change_list(const Json& list);
/// Those that a list has both field and value of. Of a field that stands there twice, the first
/// one's old value and the last one's new one.
Changes listed_changes(const Json& list);

/// Notes who made the change: the first of `actors` that is not empty. Sets the event aside when
/// any of them is one that the source ignores.
void set_actor(Event& event, const SourceTerms& terms, const std::vector<std::string>& actors);

/// A record of another type than contacts and companies, which nothing can watch.
SenderReading other_record(const std::string& type);
/// A contact's or a company's, but it is none of created, changed and deleted.
SenderReading other_event(const std::string& type);
SenderReading unmapped(const std::string& why);

/// Events one after the other; of what was not read, the first reason.
void add(SenderReading& all, SenderReading one);

/// Calls read(item), which gives a SenderReading, for each item of the list. The events' ordinals
/// are the items' places, so that they mean the same however many of the others can be read.
template <class List, class Read>
SenderReading read_items(const List& list, Read read) {
  if (list.empty()) return unmapped("the list of events is empty");
  if (list.size() > kMostEvents)
    return unmapped("more than " + std::to_string(kMostEvents) + " events in one delivery");
  SenderReading all;
  int ordinal = 0;
  for (const auto& item : list) {
    SenderReading one = read(item);
    for (Event& event : one.events) event.ordinal = ordinal;
    add(all, std::move(one));
    ++ordinal;
  }
  return all;
}

}  // namespace fh
