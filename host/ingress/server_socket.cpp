#include "ingress/server_socket.h"

#include <Poco/Exception.h>

#include "base/check.h"

namespace fh {

Poco::Net::ServerSocket listen_on(const ListenAddress& address, const std::string& what) {
  constexpr int kBacklog = 1024;
  try {
    return Poco::Net::ServerSocket(Poco::Net::SocketAddress(address.host, address.port), kBacklog);
  } catch (const Poco::Exception& error) {
    throw HostError(what + ": cannot listen on " + address.text() + ": " + error.displayText() +
                    ": is another program using the port?");
  }
}

}  // namespace fh
