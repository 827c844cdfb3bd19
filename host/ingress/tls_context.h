// TlsContext: the ingest server's certificate and key. A renewed certificate is taken without a
// restart: the files are looked at when a connection comes, at most once a second. One thread.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <filesystem>

#include "config/config.h"

namespace fh {

/// OpenSSL's errors are the thread's, and one that another connection left would be taken for this
/// one's: before each use of a connection.
void forget_tls_errors();

class TlsContext {
 public:
  /// Throws HostError when certificate and key cannot be used.
  explicit TlsContext(TlsConfig config);

  /// The socket with TLS 1.2 or 1.3 over it; the handshake happens as it is read.
  Poco::Net::StreamSocket secure(const Poco::Net::StreamSocket& socket);

 private:
  using Stamp = std::pair<std::filesystem::file_time_type, std::filesystem::file_time_type>;

  Stamp stamp() const;
  void reload_if_changed();

  const TlsConfig config_;
  Stamp loaded_;
  Stamp complained_;  // of the pair that was last complained of; loaded_ when none was since
  Poco::Net::Context::Ptr context_;
  std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace fh
