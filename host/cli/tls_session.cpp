#include "cli/tls_session.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/X509Certificate.h>

#include "base/check.h"

namespace fh {
namespace {

using Poco::Net::Context;
using Poco::Net::X509Certificate;

[[noreturn]] void throw_unusable(const std::filesystem::path& file, const Poco::Exception& error) {
  throw HostError("cannot use the certificates in " + file.string() + ": " + error.displayText() +
                  ": it must be a PEM file that you may read");
}

Context::Ptr make_context(const TlsTrust& trust) {
  Context::Params params;
  const bool by_name = !trust.anybody && trust.certificate.empty();
  // Strict, or Poco would look at no name where the host is this machine.
  params.verificationMode = by_name ? Context::VERIFY_STRICT : Context::VERIFY_NONE;
  params.caLocation = trust.authorities.string();
  params.loadDefaultCAs = by_name && trust.authorities.empty();
  try {
    Context::Ptr context = new Context(Context::TLS_CLIENT_USE, params);
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    return context;
  } catch (const Poco::Exception& error) {
    throw_unusable(trust.authorities, error);
  }
}

void require(const X509Certificate& shown, const std::filesystem::path& file) {
  try {
    if (shown.equals(X509Certificate(file.string()))) return;
  } catch (const Poco::Exception& error) {
    throw_unusable(file, error);
  }
  throw Poco::Net::InvalidCertificateException("it shows another certificate than " +
                                               file.string());
}

}  // namespace

std::unique_ptr<Poco::Net::HTTPClientSession> open_tls_session(
    const Poco::Net::StreamSocket& socket, const std::string& host, const TlsTrust& trust) {
  auto secure = Poco::Net::SecureStreamSocket::attach(socket, host, make_context(trust));
  // A handshake that ran out of time comes back half done, and without a certificate unjudged.
  secure.completeHandshake();
  secure.verifyPeerCertificate();
  if (!trust.certificate.empty()) require(secure.peerCertificate(), trust.certificate);
  // HTTPSClientSession takes no socket that is connected, and would add nothing to this one.
  return std::make_unique<Poco::Net::HTTPClientSession>(secure);
}

}  // namespace fh
