// TLS on the ingest port, with certificates made by openssl and a client that is not ours.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/digest.h"
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
                     "-subj", "/CN=" + name, "-keyout", path("tls.key"), "-out", path("tls.crt")});
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
    request += to_hex(hmac_sha256(kContactSecret, kBody));
    request += "\r\nContent-Length: " + std::to_string(kBody.size()) + "\r\n\r\n";
    return request + kBody;
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

TEST_F(IngressTls, RefusesPlainHttpAndOldTls) {
  host_.start();
  EXPECT_EQ(talk(delivery(), {"-tls1_1"}).find("HTTP/1.1"), std::string::npos);
  EXPECT_THROW(host_.send(kBody), std::exception);
  EXPECT_NE(talk(delivery()).find("HTTP/1.1 200"), std::string::npos);
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
