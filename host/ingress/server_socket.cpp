#include "ingress/server_socket.h"

#include <Poco/Exception.h>

#include <cerrno>

#include "base/check.h"

namespace fh {

namespace {

std::string remedy_for_errno(int code) {
  switch (code) {
    case EADDRINUSE: return ": is another program using the port?";
    case EADDRNOTAVAIL: return ": no network interface of this machine has that address";
    case EACCES: return ": a port below 1024 needs the right to it (CAP_NET_BIND_SERVICE)";
    default: return "";
  }
}

}  // namespace

Poco::Net::ServerSocket listen_on(const ListenAddress& address, const std::string& what) {
  constexpr int kBacklog = 1024;
  try {
    Poco::Net::ServerSocket socket;
    // The address may be taken again at once after a restart, but never shared with another host:
    // Poco's constructor would set SO_REUSEPORT as well.
    const Poco::Net::SocketAddress place(address.host, address.port);
    if (place.family() == Poco::Net::SocketAddress::IPv6)
      socket.bind6(place, true, false, false);
    else
      socket.bind(place, true, false);
    socket.listen(kBacklog);
    return socket;
  } catch (const Poco::Exception& error) {
    throw HostError(what + ": cannot listen on " + address.text() + ": " + error.displayText() +
                    remedy_for_errno(error.code()));
  }
}

}  // namespace fh
