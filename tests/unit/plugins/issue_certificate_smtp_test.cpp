#include <Poco/Net/ServerSocket.h>
#include <Poco/Pipe.h>
#include <Poco/Process.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "issue-certificate/smtp.h"
#include "issue_certificate_fixture.h"

namespace {

using namespace certificate;
using namespace certificate_test;
using namespace std::chrono_literals;

const std::string kPassword = "pass:wörd " + std::string(100, 'p');
const std::string kMail =
    "From: a@example.com\r\nSubject: s\r\n\r\nfirst\r\n.\r\n..two\r\n.three\r\n\r\nlast\r\n";

// tests/fixtures/smtp_server.py in a process of its own, on a port the system chose.
class Server {
 public:
  explicit Server(std::vector<std::string> options)
      : process_(start(std::move(options))), port_(read_port()) {}
  ~Server() {
    in_.close();
    Poco::Process::kill(process_);
    process_.wait();
  }

  SmtpSettings settings() const {
    return {.host = "localhost",
            .port = port_,
            .starttls = false,
            .user = {},
            .from = "from@example.com",
            .ca_file = {},
            .timeout = 10s};
  }
  std::string mail() const { return read_file(folder_.path() / "1.eml"); }
  std::string envelope() const { return read_file(folder_.path() / "1.envelope"); }
  bool empty() const { return std::filesystem::is_empty(folder_.path()); }

 private:
  Poco::ProcessHandle start(std::vector<std::string> options) {
    options.insert(options.begin(), {fixture("smtp_server.py"), folder_.path().string()});
    return Poco::Process::launch("/usr/bin/python3", options, &in_, &out_, nullptr);
  }
  std::uint16_t read_port() {
    pollfd ready{out_.readHandle(), POLLIN, 0};
    char text[16] = {};
    if (::poll(&ready, 1, 20'000) != 1 || ::read(out_.readHandle(), text, sizeof text - 1) <= 0)
      throw std::runtime_error("smtp_server.py does not start; is python3-aiosmtpd installed?");
    return static_cast<std::uint16_t>(std::stoi(text));
  }

  TemporaryFolder folder_;
  Poco::Pipe in_;
  Poco::Pipe out_;
  Poco::ProcessHandle process_;
  std::uint16_t port_;
};

// A self-signed certificate for localhost, made once for all tests.
class Tls {
 public:
  static const Tls& get() {
    static const Tls tls;
    return tls;
  }
  std::string cert() const { return folder_.file("cert.pem"); }
  std::string other_ca() const { return folder_.file("other.pem"); }

  Server server(std::vector<std::string> options = {}) const {
    options.insert(options.end(), {"--cert", cert(), "--key", folder_.file("cert.pem.key"),
                                   "--user", "user", "--password", kPassword});
    return Server(std::move(options));
  }
  SmtpSettings settings(const Server& server) const {
    SmtpSettings settings = server.settings();
    settings.starttls = true;
    settings.user = "user";
    settings.ca_file = cert();
    return settings;
  }

 private:
  Tls() {
    make(cert());
    make(other_ca());
  }
  static void make(const std::string& path) {
    output_of(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "
        "/CN=localhost"
        " -addext subjectAltName=DNS:localhost -keyout " +
        path + ".key -out " + path + " 2>&1");
  }
  TemporaryFolder folder_;
};

void send(const SmtpSettings& settings, const std::string& to = "to@example.com",
          const std::string& password = kPassword) {
  send_mail(settings, password, {"from@example.com", to}, kMail);
}

std::string refusal(const SmtpSettings& settings, const std::string& to = "to@example.com",
                    const std::string& password = kPassword) {
  try {
    send(settings, to, password);
  } catch (const MailRefused& refused) {
    return refused.what();
  } catch (const std::exception& error) {
    return std::string("not refused for good: ") + error.what();
  }
  return "not refused";
}

std::string trouble(const SmtpSettings& settings, const std::string& to = "to@example.com") {
  try {
    send(settings, to);
  } catch (const MailRefused& refused) {
    return std::string("refused for good: ") + refused.what();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "no trouble";
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(Smtp, SendsOverTlsWithAuth) {
  const Server server = Tls::get().server();
  send(Tls::get().settings(server));
  EXPECT_EQ(server.mail(), kMail);
  EXPECT_EQ(server.envelope(), "from@example.com to@example.com tls=True auth=True");
}

TEST(Smtp, UsesAuthLoginWhereThereIsNoPlain) {
  const Server server = Tls::get().server({"--without", "PLAIN"});
  send(Tls::get().settings(server));
  EXPECT_EQ(server.envelope(), "from@example.com to@example.com tls=True auth=True");
}

TEST(Smtp, SendsWithoutTlsAndAuthWhenToldTo) {
  const Server server({});
  send(server.settings());
  EXPECT_EQ(server.mail(), kMail);
  EXPECT_EQ(server.envelope(), "from@example.com to@example.com tls=False auth=False");
}

TEST(Smtp, SendsALargeMail) {
  const Server server = Tls::get().server();
  std::string mime = "Subject: s\r\n\r\n";
  for (int i = 0; i < 40'000; ++i) mime += "0123456789012345678901234567890123456789\r\n";
  send_mail(Tls::get().settings(server), kPassword, {"from@example.com", "to@example.com"}, mime);
  EXPECT_EQ(server.mail(), mime);
}

TEST(Smtp, WrongPasswordIsRefusedAndNotRepeatedInTheText) {
  const Server server = Tls::get().server();
  const std::string text = refusal(Tls::get().settings(server), "to@example.com", "wrong-secret");
  EXPECT_SAYS(text, "cannot log in as user");
  EXPECT_SAYS(text, "535");
  EXPECT_EQ(text.find("wrong-secret"), std::string::npos);
  EXPECT_TRUE(server.empty());
}

TEST(Smtp, NoKnownAuthIsRefused) {
  const Server server = Tls::get().server({"--without", "PLAIN", "--without", "LOGIN"});
  EXPECT_SAYS(refusal(Tls::get().settings(server)), "offers neither AUTH PLAIN nor AUTH LOGIN");
}

TEST(Smtp, AServerWithoutStarttlsIsRefusedBeforeThePassword) {
  const Server server({"--user", "user", "--password", kPassword});
  SmtpSettings settings = Tls::get().settings(server);
  EXPECT_SAYS(refusal(settings), "does not offer STARTTLS");
  EXPECT_TRUE(server.empty());
}

TEST(Smtp, ACertificateNobodyVouchesForIsNotTrusted) {
  const Server server = Tls::get().server();
  SmtpSettings settings = Tls::get().settings(server);
  settings.ca_file = Tls::get().other_ca();
  EXPECT_SAYS(trouble(settings), "certificate verify failed");
  settings.ca_file.clear();
  EXPECT_SAYS(trouble(settings), "certificate verify failed");
  EXPECT_TRUE(server.empty());
}

TEST(Smtp, ACertificateForAnotherNameIsNotTrusted) {
  const Server server = Tls::get().server();
  SmtpSettings settings = Tls::get().settings(server);
  settings.host = "127.0.0.1";
  EXPECT_SAYS(trouble(settings), "ertificate");
  EXPECT_TRUE(server.empty());
}

TEST(Smtp, FivehundredsAreRefusedForGood) {
  const Server server({});
  EXPECT_SAYS(refusal(server.settings(), "refused@example.com"), "550 5.1.1 no such user");
  EXPECT_SAYS(refusal(server.settings(), "refused-body@example.com"), "554 5.6.0 not wanted");
  EXPECT_TRUE(server.empty());
}

TEST(Smtp, FourhundredsMayPass) {
  const Server server({});
  for (const char* to : {"later@example.com", "later-body@example.com"}) {
    const std::string text = trouble(server.settings(), to);
    EXPECT_SAYS(text, "451 4.3.0 try again later");
    EXPECT_EQ(text.find("may have taken"), std::string::npos) << text;
  }
}

TEST(Smtp, ASilentServerTimesOut) {
  const Server server({"--silent"});
  SmtpSettings settings = server.settings();
  settings.timeout = 1s;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_SAYS(trouble(settings), "Timeout");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 8s);
}

TEST(Smtp, SilenceAfterTheBodySaysTheMailMayHaveBeenTaken) {
  const Server server({});
  SmtpSettings settings = server.settings();
  settings.timeout = 1s;
  EXPECT_SAYS(trouble(settings, "silent-body@example.com"), "the server may have taken the mail");
}

TEST(Smtp, AServerThatHangsUpIsNoCrash) {
  const Server plain({});
  EXPECT_SAYS(trouble(plain.settings(), "gone@example.com"), "smtp: localhost");
  const Server tls = Tls::get().server();
  EXPECT_SAYS(trouble(Tls::get().settings(tls), "gone@example.com"), "smtp: localhost");
}

// Says line after line, each but the first in answer to what it heard, and goes.
class Script {
 public:
  explicit Script(std::vector<std::string> lines)
      : talk_([this, lines = std::move(lines)] { talk(lines); }) {}

  SmtpSettings settings() const {
    return {.host = "127.0.0.1",
            .port = listener_.address().port(),
            .starttls = false,
            .user = {},
            .from = {},
            .ca_file = {},
            .timeout = 5s};
  }
  /// Once it has gone.
  std::string heard() {
    talk_.join();
    return heard_;
  }

 private:
  void talk(const std::vector<std::string>& lines) {
    Poco::Net::StreamSocket peer = listener_.acceptConnection();
    for (const std::string& line : lines) {
      if (&line != lines.data()) hear(peer);
      peer.sendBytes(line.data(), static_cast<int>(line.size()));
    }
    peer.close();
  }
  void hear(Poco::Net::StreamSocket& peer) {
    char bytes[1024];
    const int count = peer.receiveBytes(bytes, sizeof bytes);
    heard_.append(bytes, static_cast<std::size_t>(std::max(count, 0)));
  }

  Poco::Net::ServerSocket listener_{Poco::Net::SocketAddress("127.0.0.1", 0)};
  std::string heard_;
  std::jthread talk_;
};

TEST(Smtp, AServerThatHangsUpInTheBodyIsNoCrash) {
  const Script server({"220 hello\r\n", "250 OK\r\n", "250 OK\r\n", "250 OK\r\n", "354 go on\r\n"});
  const std::string mime = "Subject: s\r\n\r\n" + std::string(16 << 20, 'x');
  EXPECT_THROW(send_mail(server.settings(), "", {"a@example.com", "b@example.com"}, mime),
               std::runtime_error);
}

TEST(Smtp, AServerThatHangsUpWithinAReplyIsTrouble) {
  const Script server({"220 hello\r\n", "250-first\r\n"});
  EXPECT_SAYS(trouble(server.settings()), "closed the connection");
}

TEST(Smtp, AServerThatHangsUpWithinItsFarewellHasTheMail) {
  const Script server({"220 hello\r\n", "250 OK\r\n", "250 OK\r\n", "250 OK\r\n", "354 go on\r\n",
                       "250 taken\r\n", "221-bye\r\n"});
  EXPECT_EQ(trouble(server.settings()), "no trouble");
}

TEST(Smtp, WhatAServerOffersIsReadInAnyCase) {
  Script server({"220 hello\r\n", "250-first\r\n250 auth plain\r\n", "235 welcome\r\n"});
  SmtpSettings settings = server.settings();
  settings.user = "user";
  EXPECT_SAYS(trouble(settings), "sender refused");
  EXPECT_SAYS(server.heard(), "AUTH PLAIN ");
  Script tls({"220 hello\r\n", "250-first\r\n250 StartTLS\r\n", "454 not now\r\n"});
  settings = tls.settings();
  settings.starttls = true;
  EXPECT_SAYS(trouble(settings), "cannot start tls: 454 not now");
}

TEST(Smtp, IsGreetedWithAFullNameOrAnAddress) {
  Script server({"220 hello\r\n", "550 nobody\r\n", "550 nobody\r\n"});
  EXPECT_SAYS(refusal(server.settings()), "greeting refused: 550 nobody");
  const std::string heard = server.heard();
  EXPECT_SAYS(heard, "EHLO ");
  EXPECT_NE(heard.find_first_of(".["), std::string::npos) << heard;
}

TEST(Smtp, NobodyListeningMayPass) {
  SmtpSettings settings{
      .host = "127.0.0.1", .port = 0, .starttls = false, .user = {}, .from = {}, .ca_file = {}};
  {
    // A port that was free a moment ago.
    Poco::Net::ServerSocket free(Poco::Net::SocketAddress("127.0.0.1", 0));
    settings.port = free.address().port();
  }
  EXPECT_SAYS(trouble(settings), "refused");
}

}  // namespace
