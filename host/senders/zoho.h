// Zoho CRM's notifications: {"module": "Contacts", "operation": "update", "ids": [...],
// "affected_values": [{"record_id", "values": {field: new value}}], "token", "server_time"}. One
// event for each record. Modules Contacts and Accounts are contacts and companies.
#pragma once

#include "senders/sender_profile.h"

namespace fh {

SenderReading read_zoho(const SenderBody& body, const SourceTerms& terms);

}  // namespace fh
