// Who sent a request that came through proxies. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "config/ip_network.h"
#include "ingress/raw_request.h"

namespace fh {

/// By X-Forwarded-For, which trusted proxies add to: the last address that is none of theirs, since
/// what stands before it anybody may have written. Without the port or zone that may stand there.
/// "" when they do not say, or say what is no address.
std::string forwarded_client(const RawRequest& head, const std::vector<IpNetwork>& proxies);

}  // namespace fh
