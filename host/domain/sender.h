// The sender profiles by name, and what a source has to say beside each. How they read a body is in
// senders/, which the configuration does not see. Plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fh {

struct Sender {
  std::string name;
  bool says_record = false;  // its bodies name the record's type and what happened to it
  bool takes_mapping = false;
  bool says_actor = true;  // where a change comes from, without a mapping
};

/// In the order of docs/senders.md.
const std::vector<Sender>& senders();
/// Null pointer: no such profile.
const Sender* find_sender_named(std::string_view name);

/// Where the parts of an event stand in a sender's body: JSON Pointers (RFC 6901). nullopt: where
/// the profile looks by itself, which may be nowhere.
struct Mapping {
  std::optional<std::string> events;  // a list: each of its items is one event
  std::optional<std::string> uuid;    // these and all below: within one event
  std::optional<std::string> id;
  std::optional<std::string> type;      // "contact.updated", "person", "company"
  std::optional<std::string> changes;   // {field: new value or pair}, or a list of fields' names
  std::optional<std::string> snapshot;  // the record
  std::optional<std::string> previous;  // {field: old value}
  std::optional<std::string> event_id;
  std::optional<std::string> time;
  std::optional<std::string> actor;
};

/// Each part's key in the file, and its place in a Mapping.
struct MappingKey {
  const char* key;
  std::optional<std::string> Mapping::*part;
};
const std::vector<MappingKey>& mapping_keys();

}  // namespace fh
