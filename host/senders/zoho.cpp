#include "senders/zoho.h"

#include "senders/body_parts.h"
#include "senders/type_words.h"

namespace fh {
namespace {

std::string text_at(const Json& body, const char* key) { return text_in(member_of(body, key)); }

// The values of one record; null pointer when the body has none for it.
const Json* values_of(const Json& body, const std::string& id) {
  const Json* all = member_of(body, "affected_values");
  if (all == nullptr || !all->is_array()) return nullptr;
  for (const Json& one : *all) {
    const Json* values = member_of(one, "values");
    if (name_in(member_of(one, "record_id")) == id && values != nullptr && values->is_object())
      return values;
  }
  return nullptr;
}

SenderReading read_record(const Json& body, const Event& common, const Json& name) {
  Event event = common;
  event.aliases.id = name_in(&name);
  if (event.aliases.empty()) return unmapped("\"ids\" holds something that is no id");
  const Json* values = values_of(body, event.aliases.id);
  if (values == nullptr && event.kind == EventKind::updated)
    return unmapped("\"affected_values\" has no values of record " + event.aliases.id +
                    ": switch on return_affected_field_values in the notification's settings");
  if (values != nullptr && event.kind != EventKind::deleted)
    for (const auto& [field, value] : values->items()) event.changes[field].to = value;
  SenderReading reading;
  reading.events.push_back(std::move(event));
  return reading;
}

}  // namespace

SenderReading read_zoho(const SenderBody& whole, const SourceTerms& terms) {
  const Json& body = whole.json();
  const std::string module = text_at(body, "module");
  if (module.empty()) return unmapped("the body has no \"module\"");
  if (module != "Contacts" && module != "Accounts") return other_record(module);
  const auto kind = event_kind_of(text_at(body, "operation"));
  if (!kind) return unmapped("\"operation\" is none of insert, update and delete");
  Event common;
  common.type = module == "Contacts" ? RecordType::contact : RecordType::company;
  common.kind = *kind;
  common.occurred_at = text_at(body, "server_time");
  set_actor(common, terms, {text_at(body, "user_id")});
  const Json* ids = member_of(body, "ids");
  if (ids == nullptr || !ids->is_array() || ids->empty())
    return unmapped("the body names no record: \"ids\" is missing or empty");
  return read_items(*ids, [&](const Json& id) { return read_record(body, common, id); });
}

}  // namespace fh
