// Listening sockets for the ingest and admin servers.
#pragma once

#include <Poco/Net/ServerSocket.h>

#include <string>

#include "config/listen_address.h"

namespace fh {

/// Binds and listens; port 0 takes a free one. `what` names the server in the HostError thrown when
/// the address cannot be had.
Poco::Net::ServerSocket listen_on(const ListenAddress& address, const std::string& what);

}  // namespace fh
