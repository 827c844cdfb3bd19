#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "issue-certificate/certificate_key.h"
#include "issue-certificate/mail.h"
#include "issue_certificate_fixture.h"

namespace {

using namespace certificate;
using namespace certificate_test;
using namespace std::chrono_literals;

Mail example() {
  return {.from = {"Example Academy", "academy@example.com"},
          .to = {"Priya Raman", "priya@example.com"},
          .subject = "Your certificate",
          .text = "Hello\n",
          .stem = "k1",
          .date = std::chrono::sys_days(2026y / 6 / 24) + 10h + 15min + 30s,
          .attachment_name = "certificate.pdf",
          .attachment = std::string("%PDF\0\r\n.\r\n\xff", 11)};
}

nlohmann::json read_by_python(const Mail& mail) {
  const TemporaryFolder folder;
  write_file(folder.path() / "m.eml", to_mime(mail));
  return nlohmann::json::parse(output_of("/usr/bin/python3 '" + fixture("read_mail.py") + "' < '" +
                                         folder.file("m.eml") + "'"));
}

// Holds for every mail: lines end in CRLF, fit in 78 bytes, and are ASCII.
void expect_clean_lines(const std::string& mime) {
  std::size_t start = 0;
  while (start < mime.size()) {
    const std::size_t end = mime.find("\r\n", start);
    ASSERT_NE(end, std::string::npos) << "the last line does not end in CRLF";
    const std::string line = mime.substr(start, end - start);
    EXPECT_LE(line.size(), 78u) << line;
    for (const char c : line) EXPECT_TRUE(c >= ' ' && c <= '~') << line;
    start = end + 2;
  }
}

const std::vector<std::string> kHeaders = {"From",         "To",          "Subject",
                                           "Date",         "Message-ID",  "Auto-Submitted",
                                           "MIME-Version", "Content-Type"};

TEST(CertificateMail, ReadsBackAsWritten) {
  const Mail mail = example();
  const auto seen = read_by_python(mail);
  EXPECT_EQ(seen["headers"], kHeaders);
  EXPECT_TRUE(seen["defects"].empty()) << seen["defects"];
  EXPECT_EQ(seen["from"][0][0], "Example Academy");
  EXPECT_EQ(seen["to"][0][1], "priya@example.com");
  EXPECT_EQ(seen["message_id"], "<k1@example.com>");
  EXPECT_EQ(seen["date"], "2026-06-24T10:15:30+00:00");
  EXPECT_EQ(seen["text"], "Hello\n");
  const nlohmann::json attachment = {"certificate.pdf", "application/pdf",
                                     sha256_hex(mail.attachment)};
  EXPECT_EQ(seen["attachments"][0], attachment);
  expect_clean_lines(to_mime(mail));
}

TEST(CertificateMail, NamesAndSubjectsReadBackInEveryScript) {
  std::string long_name;
  for (int i = 0; i < 60; ++i) long_name += "Ελένη ";
  long_name.pop_back();
  for (const std::string& name :
       {std::string("Zoë Ångström"), std::string("محمد بن سلمان"), std::string("प्रिया रमन"),
        std::string("山田太郎"), std::string("Ana 🎉 👩‍🚀"),
        std::string("Smith, John \"Jack\" \\ (x) <y@z>"), std::string("O'Neil; Tim."),
        std::string("=?UTF-8?Q?fake?="), std::string(200, 'W'), std::string(""), long_name}) {
    Mail mail = example();
    mail.to.name = mail.from.name = mail.subject = name;
    const auto seen = read_by_python(mail);
    EXPECT_EQ(seen["headers"], kHeaders) << name;
    EXPECT_EQ(seen["to"].size(), 1u) << name;
    EXPECT_EQ(seen["to"][0][0], name);
    EXPECT_EQ(seen["from"][0][0], name);
    EXPECT_EQ(seen["from"][0][1], "academy@example.com");
    EXPECT_EQ(seen["subject"], name);
    expect_clean_lines(to_mime(mail));
  }
}

TEST(CertificateMail, NoTextStartsAHeader) {
  for (const std::string& attack :
       {std::string("x\r\nBcc: thief@example.com"), std::string("x\nBcc: thief@example.com"),
        std::string("x\rBcc: thief@example.com"), std::string("x\r\n\r\nbody"),
        std::string("x\xe2\x80\xa8"
                    "Bcc: a@b.c"),
        std::string("x\0\r\nBcc: a@b.c", 14), std::string("\r\nBcc: ë@b.c")}) {
    Mail mail = example();
    mail.to.name = mail.from.name = mail.subject = attack;
    const auto seen = read_by_python(mail);
    EXPECT_EQ(seen["headers"], kHeaders) << attack;
    EXPECT_EQ(seen["text"], "Hello\n");
    EXPECT_EQ(seen["attachments"].size(), 1u);
    expect_clean_lines(to_mime(mail));
  }
}

TEST(CertificateMail, TextReadsBackWhateverItHolds) {
  for (const std::string& text :
       {std::string("Hello Zoë,\n\n.\n..\nFrom here\n= equals = \ntrailing \t\nend\n"),
        std::string(300, 'a') + '\n', std::string(80, ' ') + "x\n", std::string("--=_k1--\n"),
        std::string("é é é é é é é é é é é é é é é é é é é\n")}) {
    Mail mail = example();
    mail.text = text;
    EXPECT_EQ(read_by_python(mail)["text"], text);
    expect_clean_lines(to_mime(mail));
  }
}

TEST(CertificateMail, SameMailGivesSameBytes) { EXPECT_EQ(to_mime(example()), to_mime(example())); }

TEST(CertificateMail, LongAddressesKeepToTheirLine) {
  Mail mail = example();
  mail.to.address = std::string(64, 'a') + '@' + std::string(180, 'b') + ".example";
  ASSERT_TRUE(is_mail_address(mail.to.address));
  EXPECT_EQ(read_by_python(mail)["to"][0][1], mail.to.address);
}

TEST(MailAddress, Table) {
  for (const char* good :
       {"a@b", "priya@example.com", "o'neil+tag@mail.example.co.uk", "a.b-c_d@x-y.z"})
    EXPECT_TRUE(is_mail_address(good)) << good;
  for (const char* bad : {"",
                          "@",
                          "a@",
                          "@b",
                          "a b@c",
                          "a@b c",
                          "a@b\r\nRCPT TO:<x@y>",
                          "a@b\n",
                          "<a@b>",
                          "a@b>",
                          "Priya <a@b>",
                          "a,b@c",
                          "a@b,c@d",
                          "a@@b",
                          "a@b@c",
                          ".a@b",
                          "a.@b",
                          "a..b@c",
                          "a@.b",
                          "a@b.",
                          "a@b..c",
                          "\"a b\"@c",
                          "zoë@example.com",
                          "a@exämple.com",
                          "a@[127.0.0.1]",
                          "a@b_c",
                          "a\t@b"})
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  EXPECT_FALSE(is_mail_address(std::string("a\0@b", 4)));
  EXPECT_FALSE(is_mail_address(std::string(65, 'a') + "@b"));
  EXPECT_FALSE(is_mail_address("a@" + std::string(300, 'b')));
}

TEST(CertificateKey, StemIsFitForFileNamesAndTellsKeysApart) {
  EXPECT_EQ(stem_of("0a1b-_Z"), "0a1b-_Z");
  for (const std::string& key :
       {std::string(""), std::string("a/b"), std::string("../../etc"), std::string("a:b"),
        std::string("."), std::string("ключ"), std::string(81, 'a'), std::string("a\0b", 3)}) {
    EXPECT_EQ(stem_of(key), sha256_hex(key));
    EXPECT_EQ(stem_of(key).size(), 64u);
  }
  EXPECT_NE(stem_of("a:b"), stem_of("a/b"));
}

TEST(CertificateKey, NumberIsStable) {
  // printf certificate | sha256sum
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(certificate_number(""), "E3B0-C442-98FC");
}

}  // namespace
