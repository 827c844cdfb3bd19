#include "ingress/server_socket.h"

#include <Poco/Exception.h>

#include "base/check.h"

namespace fh {

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
                    ": is another program using the port?");
  }
}

}  // namespace fh
