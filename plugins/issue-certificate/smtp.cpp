#include "issue-certificate/smtp.h"

#include <Poco/Environment.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SMTPClientSession.h>
#include <Poco/Net/SecureStreamSocket.h>

#include <sstream>

#include "issue-certificate/base64.h"
#include "issue-certificate/plain_line.h"

namespace certificate {
namespace {

namespace net = Poco::Net;

net::Context::Ptr tls_context(const std::string& ca_file) {
  net::Context::Params params;
  params.caLocation = ca_file;
  params.loadDefaultCAs = ca_file.empty();
  // Strict: with less, Poco does not compare names when the host is this machine.
  params.verificationMode = net::Context::VERIFY_STRICT;
  net::Context::Ptr context(new net::Context(net::Context::TLS_CLIENT_USE, params));
  context->requireMinimumProtocol(net::Context::PROTO_TLSV1_2);
  return context;
}

// Not SecureSMTPClientSession: it connects without a time limit, and a session made from a
// connected socket does not know the host's name, which the certificate must bear. Poco's own AUTH
// breaks long passwords over lines, and its "MAIL FROM: <a>" has a space that strict servers
// refuse.
class Session final : public net::SMTPClientSession {
 public:
  Session(const SmtpSettings& server, const net::StreamSocket& socket)
      : SMTPClientSession(socket), server_(server) {}

  // The base class says QUIT, a courtesy that is not worth a long wait.
  ~Session() override {
    try {
      setTimeout(Poco::Timespan(1, 0));
    } catch (const Poco::Exception&) {
    }
  }

  void greet() { login(Poco::Environment::nodeName(), features_); }

  void start_tls() {
    if (features_.find("STARTTLS") == std::string::npos)
      throw MailRefused("smtp: " + server_.host +
                        " does not offer STARTTLS, which the setting smtp.starttls asks for");
    command("STARTTLS", 2, "cannot start tls");
    // Assigning also drops what the server sent ahead in the clear (RFC 3207 section 4.2).
    socket() =
        net::SecureStreamSocket::attach(socket(), server_.host, tls_context(server_.ca_file));
    greet();
  }

  void authenticate(const std::string& password) {
    const std::string what = "cannot log in as " + server_.user;
    const auto auth = features_.find("AUTH");
    if (features_.find("PLAIN", auth) != std::string::npos) {
      const std::string nul(1, '\0');
      command("AUTH PLAIN " + base64(nul + server_.user + nul + password), 2, what);
    } else if (features_.find("LOGIN", auth) != std::string::npos) {
      command("AUTH LOGIN", 3, what);
      command(base64(server_.user), 3, what);
      command(base64(password), 2, what);
    } else {
      throw MailRefused("smtp: " + server_.host + " offers neither AUTH PLAIN nor AUTH LOGIN");
    }
  }

  void command(const std::string& line, int expected_class, const std::string& what) {
    std::string response;
    const int status = sendCommand(line, response);
    if (status / 100 != expected_class) throw net::SMTPException(what, response, status);
  }

 private:
  const SmtpSettings& server_;
  std::string features_;  // the answer to EHLO
};

net::StreamSocket connect(const SmtpSettings& server) {
  const Poco::Timespan timeout(static_cast<long>(server.timeout.count()), 0);
  net::StreamSocket socket;
  socket.connect(net::SocketAddress(server.host, server.port), timeout);
  socket.setReceiveTimeout(timeout);
  socket.setSendTimeout(timeout);
  return socket;
}

[[noreturn]] void rethrow(const SmtpSettings& server, const Poco::Exception& error,
                          bool body_sent) {
  const bool permanent =
      dynamic_cast<const net::SMTPException*>(&error) != nullptr && error.code() / 100 == 5;
  const bool answered = error.code() >= 400 && error.code() < 600;
  std::string text = "smtp: " + server.host + ':' + std::to_string(server.port) + ": " +
                     plain_line(error.displayText());
  if (permanent) throw MailRefused(text);
  if (body_sent && !answered) text += "; the server may have taken the mail";
  throw std::runtime_error(text);
}

}  // namespace

void send_mail(const SmtpSettings& server, const std::string& password, const Envelope& envelope,
               const std::string& mime) {
  bool body_sent = false;
  try {
    Session session(server, connect(server));
    session.greet();
    if (server.starttls) session.start_tls();
    if (!server.user.empty()) session.authenticate(password);
    session.command("MAIL FROM:<" + envelope.from + '>', 2, "sender refused");
    session.command("RCPT TO:<" + envelope.to + '>', 2, "recipient refused");
    session.command("DATA", 3, "mail refused");
    std::istringstream body(mime);
    body_sent = true;
    session.sendMessage(body);
  } catch (const Poco::Exception& error) {
    rethrow(server, error, body_sent);
  }
}

}  // namespace certificate
