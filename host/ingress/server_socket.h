// Listening sockets for the ingest and admin servers.
#pragma once

#include <Poco/Net/ServerSocket.h>

#include <string>

#include "config/listen_address.h"

namespace fh {

/// Takes the address, and lets nobody connect yet; port 0 takes a free one. `what` names the server
/// in the HostError thrown when the address cannot be had.
Poco::Net::ServerSocket bind_to(const ListenAddress& address, const std::string& what);

/// From here on connections wait to be taken. The rest as above: of two hosts that start at once
/// both may bind, and one of them listen.
void listen_on(Poco::Net::ServerSocket& bound, const ListenAddress& address,
               const std::string& what);

}  // namespace fh
