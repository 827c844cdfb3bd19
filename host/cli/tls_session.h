// TlsSession: an HTTPS connection of a command's, open only after the server has proved who it is,
// so that no token goes to a stranger. Poco's exceptions are the caller's.
#pragma once

#include <Poco/Net/HTTPClientSession.h>

#include <filesystem>
#include <memory>
#include <string>

namespace fh {

/// Whom to believe. With nothing said: whom the system's authorities vouch for by that name.
struct TlsTrust {
  std::filesystem::path authorities = {};  // PEM; these instead of the system's
  std::filesystem::path certificate = {};  // PEM; this very one, whatever name it has
  bool anybody = false;
};

/// `socket` is connected and has its timeouts, `host` the name that the server has to prove. Throws
/// HostError when a file of `trust` cannot be used.
std::unique_ptr<Poco::Net::HTTPClientSession> open_tls_session(
    const Poco::Net::StreamSocket& socket, const std::string& host, const TlsTrust& trust);

}  // namespace fh
