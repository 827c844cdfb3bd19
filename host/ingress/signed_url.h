// The URL and the form as senders sign them. The URL is the one the sender posted to, which a host
// behind a proxy cannot see, so it comes from the configuration. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ingress/raw_request.h"

namespace fh {

/// `public_url` with the request's query; where it has no path, or "/" alone, the request's own is
/// put in, and where it has a query it is taken as it stands.
std::string full_url(const std::string& public_url, const RawRequest& request);

/// HubSpot signs the URL with %3A %2F %3F %40 %21 %24 %27 %28 %29 %2A %2C %3B decoded, and nothing
/// else.
std::string hubspot_url(const std::string& url);

/// Twilio's senders do not agree whether a port is part of the URL: as it is, and without its port
/// or with the scheme's own one.
std::vector<std::string> with_any_port(const std::string& url);

/// Twilio's: a form's names and values, by name, then by value, each pair once, joined without
/// anything between them. Any other body is signed through the parameter bodySHA256 of `url`, so it
/// counts as "" when its hash stands there, or when there is no body. nullopt: nothing covers the
/// body.
std::optional<std::string> signed_form(const RawRequest& request, const std::string& url);

/// Adds that parameter to the request's query, unless it is there, or the body is a form or empty.
void add_body_hash(RawRequest& request);

}  // namespace fh
