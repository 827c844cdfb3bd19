// TLS on the ingest port, with certificates made by openssl and a client that is not ours.
#include <Poco/Net/StreamSocket.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "base/digest.h"
#include "base/mac.h"
#include "system/host_process.h"
#include "system/program.h"
#include "system/waiting.h"

namespace fh::test {
namespace {

constexpr const char* kOpenssl = "/usr/bin/openssl";

class IngressTls : public ::testing::Test {
 protected:
  IngressTls() {
    make_certificate("first.example");
    host_.config()["ingest"]["tls"] = {{"certificate", path("tls.crt")}, {"key", path("tls.key")}};
    host_.install("misbehave.so");
    std::ofstream(path("body.json")) << kBody;
  }

  std::string path(const std::string& name) { return (host_.folder() / name).string(); }

  void make_certificate(const std::string& name) {
    const Ran made =
        run_program({kOpenssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
                     "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name, "-keyout",
                     path("tls.key"), "-out", path("tls.crt")});
    ASSERT_EQ(made.code, 0) << made.err;
  }

  // What s_client prints when it sends the request and waits for the end.
  std::string talk(const std::string& request, std::vector<std::string> options = {}) {
    std::ofstream(path("request"), std::ios::binary) << request;
    std::string command = kOpenssl;
    command += " s_client -quiet -ign_eof -connect 127.0.0.1:";
    command += std::to_string(host_.ingest_port());
    for (const std::string& option : options) command += " " + option;
    return run_program({"/bin/sh", "-c", command + " < " + path("request") + " 2>&1"}).out;
  }

  std::string delivery() {
    std::string request =
        "POST /webhooks/contact HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Signature: ";
    request += to_hex(hmac(Hash::sha256, kContactSecret, kBody));
    request += "\r\nContent-Length: " + std::to_string(kBody.size()) + "\r\n\r\n";
    return request + kBody;
  }

  // A configuration for who sends from here: the host that runs is at this port.
  Json sending() {
    Json config = host_.config();
    config["ingest"]["listen"] = "127.0.0.1:" + std::to_string(host_.ingest_port());
    return config;
  }
  Ran send(const Json& config, std::vector<std::string> options = {}) {
    std::ofstream(path("send.json")) << config.dump();
    options.insert(options.begin(), {executable("fieldhook"), "send", path("body.json"), "--source",
                                     "contact", "--config", path("send.json")});
    return run_program(options, host_.environment());
  }
  std::string url(const std::string& name) {
    return "https://" + name + ":" + std::to_string(host_.ingest_port());
  }

  const std::string kBody = contact_update("c-1", "ok");
  HostProcess host_;
};

TEST_F(IngressTls, TakesDeliveries) {
  host_.start();
  const std::string answer = talk(delivery());
  EXPECT_NE(answer.find("HTTP/1.1 200"), std::string::npos) << answer;
  EXPECT_NE(answer.find("accepted"), std::string::npos) << answer;
  EXPECT_EQ(host_.api("jobs").size(), 1U);
}

TEST_F(IngressTls, TakesARenewedCertificateWithoutARestart) {
  host_.start();
  EXPECT_NE(talk(delivery()).find("CN = first.example"), std::string::npos);
  make_certificate("second.example");
  EXPECT_TRUE(eventually(kPatience, [&] {
    return talk(delivery()).find("CN = second.example") != std::string::npos;
  }));
}

// Strangers' connections are when it is looked for, and must not fill the log.
TEST_F(IngressTls, OfACertificateThatIsNoGoodSaysSoOnce) {
  host_.start();
  std::filesystem::rename(path("tls.key"), path("away.key"));
  EXPECT_TRUE(eventually(kPatience, [&] {
    EXPECT_NE(talk(delivery()).find("HTTP/1.1 200"), std::string::npos);
    return host_.logged(" tls_not_reloaded ");
  }));
  std::filesystem::rename(path("away.key"), path("tls.key"));
  make_certificate("second.example");
  EXPECT_TRUE(eventually(kPatience, [&] {
    return talk(delivery()).find("CN = second.example") != std::string::npos;
  }));
  EXPECT_EQ(host_.log_lines(" tls_not_reloaded ").size(), 1U);
}

TEST_F(IngressTls, OfACertificateThatGoesBadAgainSaysSoAgain) {
  host_.start();
  bool away = false;
  EXPECT_TRUE(eventually(kPatience, [&] {
    std::filesystem::rename(path(away ? "away.key" : "tls.key"),
                            path(away ? "tls.key" : "away.key"));
    away = !away;
    EXPECT_NE(talk(delivery()).find("HTTP/1.1 200"), std::string::npos);
    return host_.log_lines(" tls_not_reloaded ").size() == 2;
  }));
}

TEST_F(IngressTls, IsSentToByWhoKnowsItsCertificate) {
  host_.start();
  const Ran ran = send(sending());
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("accepted"), std::string::npos) << ran.out;

  Json other = sending();
  other["ingest"]["tls"]["certificate"] = path("first.crt");
  std::filesystem::copy_file(path("tls.crt"), path("first.crt"));
  make_certificate("second.example");
  EXPECT_TRUE(eventually(kPatience, [&] { return send(other).code != 0; })) << "renewed by then";
  const Ran stranger = send(other);
  EXPECT_EQ(stranger.code, 3);
  EXPECT_NE(stranger.err.find("another certificate than " + path("first.crt")), std::string::npos)
      << stranger.err;
  EXPECT_EQ(send(other, {"--insecure"}).code, 0);
  EXPECT_EQ(send(sending()).code, 0);
}

TEST_F(IngressTls, IsSentToByWhoTrustsItsAuthority) {
  make_certificate("localhost");
  host_.start();
  const std::string good = url("localhost");
  const Ran unknown = send(sending(), {"--ingest-url", good});
  EXPECT_EQ(unknown.code, 3) << unknown.out;
  EXPECT_NE(unknown.err.find("is not believed"), std::string::npos) << unknown.err;
  const Ran known = send(sending(), {"--ingest-url", good, "--ca", path("tls.crt")});
  EXPECT_EQ(known.code, 0) << known.err;
  const Ran misnamed = send(sending(), {"--ingest-url", url("127.0.0.1"), "--ca", path("tls.crt")});
  EXPECT_EQ(misnamed.code, 3) << "the certificate is of another name: " << misnamed.out;
  EXPECT_EQ(send(sending(), {"--ca", path("body.json")}).code, 1);
  EXPECT_EQ(send(sending(), {"--ca", path("tls.crt"), "--insecure"}).code, 2);
}

TEST_F(IngressTls, RefusesPlainHttpAndOldTls) {
  host_.start();
  EXPECT_EQ(talk(delivery(), {"-tls1_1"}).find("HTTP/1.1"), std::string::npos);
  EXPECT_THROW(host_.send(kBody), std::exception);
  EXPECT_NE(talk(delivery()).find("HTTP/1.1 200"), std::string::npos);
}

// A client whose every byte the test sends itself.
class TlsByHand {
 public:
  explicit TlsByHand(std::uint16_t port) : socket_(Poco::Net::SocketAddress("127.0.0.1", port)) {
    socket_.setReceiveTimeout(Poco::Timespan(20, 0));
    socket_.setNoDelay(true);
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_connect_state(ssl_.get());
    while (SSL_do_handshake(ssl_.get()) != 1) {
      send(waiting());
      receive();
    }
    send(waiting());
  }
  /// The records that hold the text.
  std::string sealed(const std::string& text) {
    EXPECT_EQ(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())),
              static_cast<int>(text.size()));
    return waiting();
  }
  void send(const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();)
      sent += static_cast<std::size_t>(
          socket_.sendBytes(bytes.data() + sent, static_cast<int>(bytes.size() - sent)));
  }
  /// Sends it, and waits until the host has taken it off the connection, or closed that.
  void send_and_see_read(const std::string& bytes) {
    send(bytes);
    EXPECT_TRUE(eventually(kPatience, [&] { return !is_waiting_at_host(); }));
  }
  /// The next that the host says; "" when it is gone.
  std::string answer() {
    char text[4096];
    int count = 0;
    while ((count = SSL_read(ssl_.get(), text, sizeof text)) <= 0)
      if (!receive()) return "";
    return {text, static_cast<std::size_t>(count)};
  }

 private:
  // By the system's table of connections, where addresses and counts are in hexadecimal.
  bool is_waiting_at_host() const {
    const auto end = [](const Poco::Net::SocketAddress& address) {
      char text[32];
      std::snprintf(text, sizeof text, "0100007F:%04X", address.port());
      return std::string(text);
    };
    const std::string both = end(socket_.peerAddress()) + " " + end(socket_.address()) + " ";
    for (const std::string& line : lines_of("/proc/net/tcp")) {
      const auto at = line.find(both);
      // What follows: the state, and the bytes to send and to read.
      if (at != std::string::npos) return line.substr(at + both.size() + 12, 8) != "00000000";
    }
    return false;
  }
  std::string waiting() {
    std::string bytes(BIO_ctrl_pending(out_), '\0');
    BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  bool receive() {
    char bytes[4096];
    const int count = socket_.receiveBytes(bytes, sizeof bytes);
    return count > 0 && BIO_write(in_, bytes, count) == count;
  }

  Poco::Net::StreamSocket socket_;
  BIO* const in_ = BIO_new(BIO_s_mem());  // the connection's
  BIO* const out_ = BIO_new(BIO_s_mem());
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()),
                                                             SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{SSL_new(context_.get()), SSL_free};
};

TEST_F(IngressTls, OneConnectionsTroubleIsNotAnothers) {
  host_.start();
  TlsByHand sender(host_.ingest_port());
  std::string request = delivery();
  request.erase(request.find("Connection: close\r\n"), 19);
  sender.send(sender.sealed(request));
  EXPECT_NE(sender.answer().find("200 OK"), std::string::npos);
  std::filesystem::remove(path("tls.key"));
  std::vector<Poco::Net::StreamSocket> silent;
  ASSERT_TRUE(eventually(kPatience, [&] {
    silent.emplace_back(Poco::Net::SocketAddress("127.0.0.1", host_.ingest_port()));
    return host_.logged(" tls_not_reloaded ");
  }));
  // In two parts, which the host reads apart.
  const std::string record = sender.sealed(request);
  sender.send_and_see_read(record.substr(0, 50));
  sender.send(record.substr(50));
  EXPECT_NE(sender.answer().find("200 OK"), std::string::npos);
  EXPECT_NE(talk(delivery()).find("HTTP/1.1 200"), std::string::npos) << "the old pair goes on";
}

TEST_F(IngressTls, WhoIsRefusedMayFinishWriting) {
  host_.config()["sources"][0]["retired"] = true;
  host_.start();
  TlsByHand sender(host_.ingest_port());
  sender.send(sender.sealed("POST /webhooks/contact HTTP/1.1\r\nContent-Length: 4096\r\n\r\n"));
  for (int i = 0; i < 4; ++i)
    EXPECT_NO_THROW(sender.send_and_see_read(sender.sealed(std::string(1024, 'x'))));
  EXPECT_NE(sender.answer().find("410 Gone"), std::string::npos);
}

TEST_F(IngressTls, AKeyOfAnotherCertificateStopsTheStart) {
  make_certificate("other.example");
  std::filesystem::rename(path("tls.key"), path("other.key"));
  make_certificate("first.example");
  std::filesystem::rename(path("other.key"), path("tls.key"));
  host_.launch();
  EXPECT_NE(host_.wait_for_end(), 0);
  EXPECT_TRUE(host_.logged("ingest.tls")) << host_.log();
}

}  // namespace
}  // namespace fh::test
