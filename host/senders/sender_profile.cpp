#include "senders/sender_profile.h"

#include <map>

#include "senders/body_parts.h"
#include "senders/close_crm.h"
#include "senders/espocrm.h"
#include "senders/generic.h"
#include "senders/hubspot.h"
#include "senders/insites.h"
#include "senders/pipedrive.h"
#include "senders/standard_webhooks.h"
#include "senders/twenty.h"
#include "senders/zoho.h"

namespace fh {

const Json& SenderBody::json() const {
  if (!json_) json_ = parse_strict(text_).value;
  return *json_;
}

SenderProfile find_sender(std::string_view name) {
  static const std::map<std::string, SenderProfile, std::less<>> kProfiles = {
      {"insites", read_insites},     {"hubspot", read_hubspot},
      {"pipedrive", read_pipedrive}, {"zoho", read_zoho},
      {"close", read_close},         {"espocrm", read_espocrm},
      {"twenty", read_twenty},       {"standard-webhooks", read_standard_webhooks},
      {"generic", read_generic}};
  const auto found = kProfiles.find(name);
  return found == kProfiles.end() ? nullptr : found->second;
}

Json as_delivered(std::string_view sender, Json exported, const Json& known) {
  if (sender == "hubspot") return hubspot_record(std::move(exported));
  if (sender == "pipedrive") return pipedrive_record(std::move(exported), known);
  return exported;
}

SenderReading read_for_source(SenderProfile profile, const SenderBody& body,
                              const SourceTerms& terms) {
  SenderReading reading = profile(body, terms);
  if (!terms.only_record) return reading;
  for (const Event& event : reading.events)
    if (event.type != terms.record && reading.ignored.empty())
      reading.ignored = other_record(std::string(name_of(event.type))).ignored;
  std::erase_if(reading.events, [&](const Event& event) { return event.type != terms.record; });
  return reading;
}

}  // namespace fh
