#include "ingress/tls_context.h"

#include <Poco/Exception.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/check.h"
#include "base/log.h"

namespace fh {
namespace {

using Poco::Net::Context;

Context::Ptr load(const TlsConfig& config) {
  try {
    Context::Params params;
    params.certificateFile = config.certificate.string();
    params.privateKeyFile = config.key.string();
    params.verificationMode = Context::VERIFY_NONE;  // senders prove themselves by signature
    params.loadDefaultCAs = false;
    Context::Ptr context = new Context(Context::TLS_SERVER_USE, params);
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    // Answers are sent from a buffer that may move before the rest of it goes out.
    SSL_CTX_set_mode(context->sslContext(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_check_private_key(context->sslContext()) != 1)
      throw HostError("ingest.tls: the key does not belong to the certificate");
    return context;
  } catch (const Poco::Exception& error) {
    throw HostError("ingest.tls: cannot use " + config.certificate.string() + " and " +
                    config.key.string() + ": " + error.displayText() +
                    ": both must be PEM files that the host may read");
  }
}

}  // namespace

void forget_tls_errors() { ERR_clear_error(); }

TlsContext::TlsContext(TlsConfig config)
    : config_(std::move(config)), loaded_(stamp()), complained_(loaded_), context_(load(config_)) {}

TlsContext::Stamp TlsContext::stamp() const {
  std::error_code missing;  // as a time before all others
  return {std::filesystem::last_write_time(config_.certificate, missing),
          std::filesystem::last_write_time(config_.key, missing)};
}

void TlsContext::reload_if_changed() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_look_) return;
  next_look_ = now + std::chrono::seconds(1);
  const Stamp current = stamp();
  if (current == loaded_) {
    complained_ = loaded_;  // a pair that goes bad again is complained of again
    return;
  }
  try {
    context_ = load(config_);
    loaded_ = complained_ = current;
    log_info("tls_reloaded", {{"certificate", config_.certificate.string()}});
  } catch (const HostError& error) {
    // Perhaps only one of the two is there yet; the old pair goes on until both fit. A right to
    // read them that comes later changes no stamp, so they are tried again, and complained of once.
    if (std::exchange(complained_, current) != current)
      log_warning("tls_not_reloaded", {{"error", error.what()}});
  }
}

Poco::Net::StreamSocket TlsContext::secure(const Poco::Net::StreamSocket& socket) {
  reload_if_changed();
  return Poco::Net::SecureStreamSocket::attach(socket, context_);
}

}  // namespace fh
