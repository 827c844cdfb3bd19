#include "senders/hubspot.h"

#include "senders/body_parts.h"
#include "senders/type_words.h"

namespace fh {
namespace {

std::string text_at(const Json& event, const char* key) { return text_in(member_of(event, key)); }

// The newer "object.propertyChange" names its object by a type id.
std::string type_of(const Json& event) {
  const std::string type = text_at(event, "subscriptionType");
  if (!type.starts_with("object.")) return type;
  const std::string id = text_at(event, "objectTypeId");
  const std::string rest = type.substr(type.find('.'));
  if (id == "0-1") return "contact" + rest;
  if (id == "0-2") return "company" + rest;
  return "object " + id + rest;
}

// eventId alone is not unique; a retry has the same three.
std::string sender_id(const Json& event) {
  std::string id;
  for (const char* key : {"eventId", "subscriptionId", "occurredAt"}) {
    const std::string part = text_at(event, key);
    if (part.empty()) return "";
    id += (id.empty() ? "" : ":") + part;
  }
  return id;
}

// nullopt: "associationChange" and the like, which may have no objectId.
std::optional<EventKind> kind_of(const std::string& what) {
  if (what == ".creation") return EventKind::created;
  if (what == ".deletion" || what == ".privacyDeletion") return EventKind::deleted;
  return what == ".propertyChange" ? std::optional(EventKind::updated) : std::nullopt;
}

SenderReading read_event(const Json& json, const SourceTerms& terms) {
  if (!json.is_object()) return unmapped("an event is not a JSON object");
  if (const auto portal = text_at(json, "portalId");
      terms.portal != 0 && portal != std::to_string(terms.portal))
    return other_record(portal.empty() ? "no portal" : "portal " + portal);
  const std::string type = type_of(json);
  if (type.empty()) return unmapped("an event has no \"subscriptionType\"");
  const std::string subject = type.substr(0, type.find('.'));
  const auto record = record_type_of(subject);
  if (!record) return other_record(subject);
  const auto kind = kind_of(type.substr(subject.size()));
  if (!kind) return other_event(type);
  Event event;
  event.type = *record;
  event.kind = *kind;
  event.aliases.id = name_in(member_of(json, "objectId"));
  if (event.aliases.empty()) return unmapped("an event has no \"objectId\"");
  if (event.kind == EventKind::updated) {
    const std::string property = text_at(json, "propertyName");
    const Json* value = member_of(json, "propertyValue");
    if (property.empty() || value == nullptr)
      return unmapped("a propertyChange has no \"propertyName\" or no \"propertyValue\"");
    event.changes[property].to = *value;
  }
  event.sender_id = sender_id(json);
  event.occurred_at = text_at(json, "occurredAt");
  set_actor(event, terms, {text_at(json, "changeSource"), text_at(json, "sourceId")});
  SenderReading reading;
  reading.events.push_back(std::move(event));
  return reading;
}

}  // namespace

Json hubspot_record(Json exported) {
  const auto found = exported.find("properties");
  if (found == exported.end() || !found->is_object()) return exported;
  const Json properties = std::move(*found);
  exported.erase(found);
  // A property without a value is null there, and "" in a delivery.
  for (const auto& [name, value] : properties.items())
    exported[name] = value.is_null() ? Json("") : value;
  return exported;
}

SenderReading read_hubspot(const SenderBody& body, const SourceTerms& terms) {
  if (!body.json().is_array()) return unmapped("the body is not a list of events");
  return read_items(body.json(), [&](const Json& event) { return read_event(event, terms); });
}

}  // namespace fh
