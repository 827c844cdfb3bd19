#include <gtest/gtest.h>

#include "issue-certificate/certificate_pdf.h"
#include "issue-certificate/plain_line.h"
#include "issue_certificate_fixture.h"

#if defined(__SANITIZE_ADDRESS__)
// fontconfig keeps what it read for the life of the process, out of the sanitizer's sight. The
// amount does not grow with the certificates drawn.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }
#endif

namespace {

using namespace certificate;
using namespace certificate_test;
using namespace std::chrono_literals;

const std::chrono::sys_seconds kIssuedAt =
    std::chrono::sys_days(2026y / 6 / 24) + 10h + 15min + 30s;

CertificateText text_for(const std::string& name) {
  return {.organisation = "Example Academy",
          .title = "Certificate of Achievement",
          .name = plain_line(name),
          .level = 2,
          .number = "8A3F-21C0-77DE",
          .issued_at = kIssuedAt};
}

class Drawn {
 public:
  explicit Drawn(const CertificateText& text) : pdf_(draw_certificate(text)) {
    write_file(folder_.path() / "c.pdf", pdf_.bytes);
  }
  const CertificatePdf& pdf() const { return pdf_; }
  std::string words() const {
    return output_of("pdftotext -layout " + folder_.file("c.pdf") + " -");
  }
  std::string facts() const { return output_of("pdfinfo -isodates " + folder_.file("c.pdf")); }

 private:
  TemporaryFolder folder_;
  CertificatePdf pdf_;
};

std::string repeated(const std::string& text, int count) {
  std::string all;
  while (count-- > 0) all += text;
  return all;
}

struct Name {
  const char* label;
  std::string name;
  bool dejavu_has_it = false;  // every character is in the one font family the project installs
};

class AnyName : public testing::TestWithParam<Name> {};

TEST_P(AnyName, MakesOnePageOfA4) {
  const Drawn drawn(text_for(GetParam().name));
  EXPECT_NE(drawn.facts().find("Pages:           1\n"), std::string::npos);
  EXPECT_NE(drawn.facts().find("(A4)"), std::string::npos);
  EXPECT_NE(drawn.words().find("Level 2"), std::string::npos);
  if (GetParam().dejavu_has_it) {
    EXPECT_EQ(drawn.pdf().missing_glyphs, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(
    CertificatePdf, AnyName,
    testing::Values(
        Name{"latin", "Priya Raman", true}, Name{"accents", "Zoë Ångström-Nuñez", true},
        Name{"vietnamese", "Nguyễn Thị Hằng", true}, Name{"greek", "Ελένη Παπαδοπούλου", true},
        Name{"cyrillic", "Юлія Ковальчук", true}, Name{"arabic", "محمد بن سلمان", true},
        Name{"hebrew", "שרה לוי", true}, Name{"devanagari", "प्रिया रमन"},
        Name{"japanese", "山田太郎"}, Name{"emoji", "Ana 🎉 👩‍🚀"},
        Name{"mixed", "محمد Smith 山田"}, Name{"empty", ""}, Name{"spaces", "   "},
        Name{"long_words", repeated("Wolfeschlegel ", 15), true},
        Name{"one_long_word", repeated("W", 200), true},
        Name{"endless", repeated("Ω ", 5000), true},
        Name{"combining", "Z" + repeated("\u0301", 300)}, Name{"markup", "<b>&amp; Tim</b>", true},
        Name{"control", "a\r\n\tb\x01\x7f", true}, Name{"not_utf8", "caf\xe9 \xff\xfe"}),
    [](const auto& param) { return param.param.label; });

TEST(CertificatePdf, ShowsWhatItIsGiven) {
  const std::string words = Drawn(text_for("Zoë Ångström-Nuñez")).words();
  for (const char* expected :
       {"Example Academy", "Certificate of Achievement", "Zoë Ångström-Nuñez", "Level 2",
        "24 June 2026", "Signature", "8A3F-21C0-77DE"})
    EXPECT_NE(words.find(expected), std::string::npos) << expected << " is not in\n" << words;
}

TEST(CertificatePdf, ShowsMarkupAsText) {
  EXPECT_NE(Drawn(text_for("<b>&amp;</b>")).words().find("<b>&amp;</b>"), std::string::npos);
}

TEST(CertificatePdf, KeepsAllOfATwoHundredCharacterName) {
  const std::string words = Drawn(text_for(repeated("Wolfeschlegel ", 14) + "Last")).words();
  EXPECT_NE(words.find("Last"), std::string::npos) << words;
}

TEST(CertificatePdf, EndsAnEndlessNameInAnEllipsis) {
  EXPECT_NE(Drawn(text_for(repeated("W", 5000))).words().find("…"), std::string::npos);
}

TEST(CertificatePdf, SameInputGivesSameBytes) {
  EXPECT_EQ(draw_certificate(text_for("Priya Raman")).bytes,
            draw_certificate(text_for("Priya Raman")).bytes);
  EXPECT_NE(draw_certificate(text_for("Priya Raman")).bytes,
            draw_certificate(text_for("Priya Rama")).bytes);
}

TEST(CertificatePdf, IsDatedByTheCertificateNotTheClock) {
  const std::string facts = Drawn(text_for("Priya Raman")).facts();
  EXPECT_NE(facts.find("CreationDate:    2026-06-24T10:15:30Z"), std::string::npos) << facts;
  EXPECT_NE(facts.find("ModDate:         2026-06-24T10:15:30Z"), std::string::npos) << facts;
}

TEST(CertificatePdf, CountsCharactersNoFontHas) {
  // A private-use character: no font of Debian draws it.
  EXPECT_GT(draw_certificate(text_for("A \U0010FFFDB")).missing_glyphs, 0);
}

TEST(CertificatePdf, ShrinksALongTitleToItsBox) {
  CertificateText text = text_for("Priya Raman");
  text.title = repeated("Certificate ", 12) + "End";
  text.organisation = repeated("Academy ", 20) + "Fin";
  const std::string words = Drawn(text).words();
  EXPECT_NE(words.find("End"), std::string::npos) << words;
  EXPECT_NE(words.find("Fin"), std::string::npos) << words;
}

TEST(PlainLine, Table) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"Priya", "Priya"},
      {"  a  b ", "a b"},
      {"a\r\nBcc: x", "a Bcc: x"},
      {"a\tb", "a b"},
      {"a\xe2\x80\xa8"
       "b",
       "a b"},  // line separator
      {"a\xc2\x85"
       "b",
       "a b"},  // next line
      {"a\xff"
       "b",
       "a\xef\xbf\xbd"
       "b"},                           // not UTF-8
      {"👩‍🚀", "👩‍🚀"},  // the joiner stays
      {"山田　太郎", "山田　太郎"},
      {"", ""},
      {"\n \r", ""},
      {"\u3000", ""},
      {"\u00a0\u200b\u200d", ""},
      {"\u00a0a", "\u00a0a"},
      {std::string("a\0b", 3),
       "a\xef\xbf\xbd"
       "b"}};
  for (const auto& [given, expected] : table) EXPECT_EQ(plain_line(given), expected);
}

TEST(PlainLine, CutsBetweenCharacters) {
  EXPECT_EQ(plain_line(repeated("é", 400)), repeated("é", 400));
  EXPECT_EQ(plain_line(repeated("é", 401)), repeated("é", 400) + "…");
}

}  // namespace
