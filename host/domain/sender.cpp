#include "domain/sender.h"

namespace fh {

const std::vector<Sender>& senders() {
  static const std::vector<Sender> kSenders = {
      {.name = "insites", .takes_mapping = true, .says_actor = false},
      {.name = "hubspot", .says_record = true},
      {.name = "pipedrive", .says_record = true},
      {.name = "zoho", .says_record = true},
      {.name = "close", .says_record = true},
      {.name = "espocrm"},
      {.name = "twenty", .says_record = true},
      {.name = "standard-webhooks", .says_record = true, .takes_mapping = true},
      {.name = "generic", .takes_mapping = true, .says_actor = false}};
  return kSenders;
}

const Sender* find_sender_named(std::string_view name) {
  for (const Sender& sender : senders())
    if (sender.name == name) return &sender;
  return nullptr;
}

const std::vector<MappingKey>& mapping_keys() {
  static const std::vector<MappingKey> kKeys = {{"events", &Mapping::events},
                                                {"uuid", &Mapping::uuid},
                                                {"id", &Mapping::id},
                                                {"type", &Mapping::type},
                                                {"changes", &Mapping::changes},
                                                {"snapshot", &Mapping::snapshot},
                                                {"previous", &Mapping::previous},
                                                {"event_id", &Mapping::event_id},
                                                {"time", &Mapping::time},
                                                {"actor", &Mapping::actor}};
  return kKeys;
}

}  // namespace fh
