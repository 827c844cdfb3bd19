#include "issue-certificate/smtp.h"

#include <Poco/Environment.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/DialogSocket.h>
#include <Poco/Net/MailStream.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketStream.h>
#include <Poco/NumberParser.h>
#include <Poco/String.h>

#include <algorithm>
#include <cctype>

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

// RFC 5321 section 4.1.4: who has no full name says its address. Strict servers refuse "web1".
std::string own_name(const net::StreamSocket& socket) {
  std::string name = Poco::Environment::nodeName();
  const bool is_plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '.';
  });
  if (is_plain && name.find('.') != std::string::npos) return name;
  const net::IPAddress address = socket.address().host();
  const bool is_ipv6 = address.family() == net::IPAddress::IPv6;
  return (is_ipv6 ? "[IPv6:" : "[") + address.toString() + ']';
}

// Not Poco's own session: it spins for ever when the server goes within a reply of several lines,
// breaks a long password over lines, and says "MAIL FROM: <a>", whose space strict servers refuse.
// Over TLS, moreover, it connects without a time limit, or does not know the host's name, which the
// certificate must bear.
class Session {
 public:
  Session(const SmtpSettings& server, const net::StreamSocket& socket)
      : server_(server), socket_(socket) {
    expect(2, "the mail service is unavailable");
    greet();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  // A courtesy that is not worth a long wait.
  ~Session() {
    try {
      socket_.setReceiveTimeout(Poco::Timespan(1, 0));
      command("QUIT", 2, "cannot quit");
    } catch (const Poco::Exception&) {
    }
  }

  void start_tls() {
    if (features_.find("STARTTLS") == std::string::npos)
      throw MailRefused("smtp: " + server_.host +
                        " does not offer STARTTLS, which the setting smtp.starttls asks for");
    command("STARTTLS", 2, "cannot start tls");
    // Assigning also drops what the server sent ahead in the clear (RFC 3207 section 4.2).
    socket_ = net::SecureStreamSocket::attach(socket_, server_.host, tls_context(server_.ca_file));
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
    socket_.sendMessage(line);
    expect(expected_class, what);
  }

  void send(const std::string& mime) {
    net::SocketOutputStream bytes(socket_);
    net::MailOutputStream lines(bytes);  // doubles the dots that begin a line, and ends with one
    lines << mime;
    lines.close();
    bytes.flush();
    expect(2, "mail refused");
  }

 private:
  void greet() {
    const std::string name = own_name(socket_);
    try {
      command("EHLO " + name, 2, "greeting refused");
    } catch (const net::SMTPException& refused) {
      if (refused.code() / 100 != 5) throw;
      command("HELO " + name, 2, "greeting refused");
    }
    features_ = Poco::toUpper(reply_);  // RFC 5321 section 2.4: their case says nothing
  }

  // Reads the reply to the last command (RFC 5321 section 4.2.1).
  void expect(int expected_class, const std::string& what) {
    constexpr std::size_t kCode = 3;
    std::string line;
    reply_.clear();
    do {
      if (!socket_.receiveMessage(line))
        throw net::ConnectionResetException(what, "the server closed the connection");
      reply_ += (reply_.empty() ? "" : "\n") + line;
    } while (line.size() > kCode && line[kCode] == '-');
    int code = 0;
    Poco::NumberParser::tryParse(line.substr(0, kCode), code);
    if (code / 100 != expected_class) throw net::SMTPException(what, reply_, code);
  }

  const SmtpSettings& server_;
  net::DialogSocket socket_;
  std::string reply_;     // to the last command
  std::string features_;  // the reply to EHLO
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
    if (server.starttls) session.start_tls();
    if (!server.user.empty()) session.authenticate(password);
    session.command("MAIL FROM:<" + envelope.from + '>', 2, "sender refused");
    session.command("RCPT TO:<" + envelope.to + '>', 2, "recipient refused");
    session.command("DATA", 3, "mail refused");
    body_sent = true;
    session.send(mime);
  } catch (const Poco::Exception& error) {
    rethrow(server, error, body_sent);
  }
}

}  // namespace certificate
