#include <gtest/gtest.h>

#include "issue-certificate/settings.h"
#include "issue_certificate_fixture.h"

namespace {

using namespace certificate;
using nlohmann::json;

TEST(CertificateSettings, AnOutboxIsEnough) {
  const auto reading = read_settings({{"outbox", "var/outbox"}});
  EXPECT_TRUE(reading.mistakes.empty());
  EXPECT_EQ(reading.value.outbox, "var/outbox");
  EXPECT_FALSE(reading.value.smtp);
  EXPECT_EQ(reading.value.level, 2);
}

TEST(CertificateSettings, ReadsAll) {
  const auto reading = read_settings(json::parse(R"({
    "level": 3, "title": "T", "organisation": "O", "subject": "S", "from": "a@example.com",
    "outbox": "copies",
    "smtp": {"host": "mail.example.com", "port": 2525, "starttls": true, "user": "u",
             "from": "bounce@example.com", "ca_file": "ca.pem", "timeout_s": 5}})"));
  EXPECT_TRUE(reading.mistakes.empty());
  const Settings& value = reading.value;
  EXPECT_EQ(value.level, 3);
  EXPECT_EQ(value.from, "a@example.com");
  ASSERT_TRUE(value.smtp);
  EXPECT_EQ(value.smtp->from, "bounce@example.com");
  EXPECT_EQ(value.smtp->port, 2525);
  EXPECT_EQ(value.smtp->timeout, std::chrono::seconds(5));
}

TEST(CertificateSettings, NamesOfThingsOutsideAreTakenAsTheyStand) {
  const std::string path = "two  spaces/" + std::string(500, 'x') + " ";
  const auto reading = read_settings(
      {{"outbox", path},
       {"title", "two  spaces"},
       {"smtp", {{"host", "h"}, {"from", "a@b.c"}, {"user", " u  v"}, {"ca_file", path}}}});
  EXPECT_TRUE(reading.mistakes.empty());
  EXPECT_EQ(reading.value.outbox, path);
  EXPECT_EQ(reading.value.title, "two spaces") << "it is printed";
  EXPECT_EQ(reading.value.smtp->user, " u  v");
  EXPECT_EQ(reading.value.smtp->ca_file, path);
}

TEST(CertificateSettings, OneSenderServesAsBoth) {
  const auto top = read_settings({{"from", "a@b.c"}, {"smtp", {{"host", "h"}}}});
  EXPECT_TRUE(top.mistakes.empty());
  EXPECT_EQ(top.value.smtp->from, "a@b.c");
  const auto inner = read_settings({{"smtp", {{"host", "h"}, {"from", "a@b.c"}}}});
  EXPECT_TRUE(inner.mistakes.empty());
  EXPECT_EQ(inner.value.from, "a@b.c");
}

TEST(CertificateSettings, MistakesNameTheSetting) {
  const std::vector<std::pair<const char*, const char*>> table = {
      {R"([])", "must be an object"},
      {R"(null)", "must be an object"},
      {R"({})", "setting outbox is missing"},
      {R"({"outbox": ""})", "setting outbox must be"},
      {R"({"outbox": 7})", "setting outbox must be"},
      {R"({"outbox": null})", "setting outbox must be"},
      {R"({"outbox": "o", "level": 0})", "setting level must be"},
      {R"({"outbox": "o", "level": 100})", "setting level must be"},
      {R"({"outbox": "o", "level": "2"})", "setting level must be"},
      {R"({"outbox": "o", "level": 2.5})", "setting level must be"},
      {R"({"outbox": "o", "level": 18446744073709551615})", "setting level must be"},
      {R"({"outbox": "o", "from": "nobody"})", "setting from must be"},
      {R"({"outbox": "o", "from": "a@b\r\nBcc: c@d"})", "setting from must be"},
      {R"({"outbox": "o", "titel": "T"})", "setting titel is not known"},
      {R"({"smtp": "mail"})", "setting smtp must be"},
      {R"({"smtp": {"from": "a@b"}})", "setting smtp.host is missing"},
      {R"({"smtp": {"host": "h"}})", "setting from is missing"},
      {R"({"smtp": {"host": "h", "from": "a@b", "port": 65536}})", "setting smtp.port must be"},
      {R"({"smtp": {"host": "h", "from": "a@b", "port": -1}})", "setting smtp.port must be"},
      {R"({"smtp": {"host": "h", "from": "a@b", "timeout_s": 0}})",
       "setting smtp.timeout_s must be"},
      {R"({"smtp": {"host": "h", "from": "a@b", "starttls": "no"}})",
       "setting smtp.starttls must be"},
      {R"({"smtp": {"host": "h", "from": "a@b", "password": "p"}})",
       "setting smtp.password is not known"},
      {R"({"smtp": {"host": "h", "from": "a@b", "user": "u", "starttls": false}})",
       "setting smtp.starttls must be true"},
      {R"({"smtp": {"host": "10.0.0.1", "from": "a@b", "user": "u", "starttls": false}})",
       "setting smtp.starttls must be true"},
      {R"({"smtp": {"host": "localhost.evil", "from": "a@b", "user": "u", "starttls": false}})",
       "setting smtp.starttls must be true"},
  };
  for (const auto& [text, expected] : table) {
    const auto reading = read_settings(json::parse(text));
    ASSERT_EQ(reading.mistakes.size(), 1u) << text;
    EXPECT_NE(reading.mistakes[0].find(expected), std::string::npos)
        << text << ": " << reading.mistakes[0];
  }
}

TEST(CertificateSettings, TheExamplesOfTheManualAreRight) {
  const std::string manual =
      certificate_test::read_file(certificate_test::fixture("../../docs/issue-certificate.md"));
  const std::string fence = "```json\n";
  int examples = 0;
  for (auto at = manual.find(fence); at != std::string::npos; at = manual.find(fence, at + 1)) {
    const auto begin = at + fence.size();
    const auto reading =
        read_settings(json::parse(manual.substr(begin, manual.find("```", begin) - begin)));
    EXPECT_TRUE(reading.mistakes.empty()) << reading.mistakes.at(0);
    ++examples;
  }
  EXPECT_EQ(examples, 2);
}

TEST(CertificateSettings, TheManualNamesEverySetting) {
  const std::string manual =
      certificate_test::read_file(certificate_test::fixture("../../docs/issue-certificate.md"));
  json settings = {{"smtp", json::object()}};
  int keys = 0;
  for (auto at = manual.find("\n| `"); at != std::string::npos; at = manual.find("\n| `", at + 1)) {
    const std::string key = manual.substr(at + 4, manual.find('`', at + 4) - at - 4);
    settings[json::json_pointer("/" + (key.starts_with("smtp.") ? "smtp/" + key.substr(5) : key))] =
        nullptr;
    ++keys;
  }
  EXPECT_EQ(keys, 13);
  for (const std::string& mistake : read_settings(settings).mistakes)
    EXPECT_EQ(mistake.find("is not known"), std::string::npos) << mistake;
}

TEST(CertificateSettings, AllMistakesAreReportedAtOnce) {
  EXPECT_EQ(
      read_settings(json::parse(R"({"level": 0, "x": 1, "smtp": {"port": 0}})")).mistakes.size(),
      5u);
}

TEST(CertificateSettings, ThisMachineMayTakeAPasswordWithoutTls) {
  for (const char* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"})
    EXPECT_TRUE(
        read_settings(
            {{"smtp", {{"host", host}, {"from", "a@b"}, {"user", "u"}, {"starttls", false}}}})
            .mistakes.empty())
        << host;
}

}  // namespace
