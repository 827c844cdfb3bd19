#include "domain/sender.h"

namespace fh {

const std::vector<Sender>& senders() {
  static const std::vector<Sender> kSenders = {{"insites", false, true, false},
                                               {"hubspot", true},
                                               {"pipedrive", true},
                                               {"zoho", true},
                                               {"close", true},
                                               {"espocrm", false},
                                               {"twenty", true},
                                               {"standard-webhooks", true, true},
                                               {"generic", false, true, false}};
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
