// TlsSession: an HTTPS connection of a command's, open only after the server has proved who it is,
// so that no token goes to a stranger. Poco's exceptions are the caller's.
#pragma once

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Timespan.h>

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

struct TlsPeer {
  std::string host;
  std::uint16_t port = 443;
};

/// Throws HostError when a file of `trust` cannot be used.
std::unique_ptr<Poco::Net::HTTPClientSession> open_tls_session(const TlsPeer& peer,
                                                               const TlsTrust& trust,
                                                               Poco::Timespan patience);

}  // namespace fh
