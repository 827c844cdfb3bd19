#include "senders/sender_profile.h"

#include <map>

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

}  // namespace fh
