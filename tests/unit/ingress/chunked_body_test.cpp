// Chunks, whole and cut in every place: what is taken of them, and what is refused at once.
#include "ingress/chunked_body.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

constexpr std::size_t kMaxBody = 10;

struct Reading {
  ChunkedBody chunks;
  std::string body;
  std::size_t taken = 0;

  // 200 for a body that is whole, 0 for one that is not.
  int status() const {
    if (const auto& refused = chunks.refusal()) return refused->status;
    return chunks.whole() ? 200 : 0;
  }
};

// As a connection does that reads so many bytes at once.
Reading read(const std::string& text, std::size_t piece) {
  Reading reading;
  std::string waiting;
  for (std::size_t at = 0; at < text.size() && reading.status() == 0; at += piece) {
    waiting += text.substr(at, piece);
    const std::size_t taken = reading.chunks.take(waiting, kMaxBody, reading.body);
    reading.taken += taken;
    waiting.erase(0, taken);
    EXPECT_TRUE(waiting.empty() || reading.status() != 0) << "what is left would grow";
  }
  return reading;
}

struct Case {
  const char* name;
  std::string text;
  int status = 0;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class Chunks : public testing::TestWithParam<Case> {};

TEST_P(Chunks, AreJudgedAlikeHoweverTheyAreCut) {
  const std::string& text = GetParam().text;
  for (std::size_t piece = 1; piece <= std::min<std::size_t>(text.size(), 50); ++piece)
    EXPECT_EQ(read(text, piece).status(), GetParam().status) << piece;
  EXPECT_EQ(read(text, text.size()).status(), GetParam().status);
}

std::string text(std::size_t size, char of) { return std::string(size, of); }

const std::size_t kLine = ChunkedBody::kMaxLine;
const std::size_t kTrailers = ChunkedBody::kMaxTrailers;

INSTANTIATE_TEST_SUITE_P(
    Table, Chunks,
    testing::Values(
        Case{"Plain", "5\r\nhello\r\n0\r\n\r\n", 200}, Case{"None", "0\r\n\r\n", 200},
        Case{"ZerosBefore", "0005\r\nhello\r\n00\r\n\r\n", 200},
        Case{"BothCases", "a\r\n0123456789\r\n0\r\n\r\n", 200},
        Case{"Capitals", "A\r\n0123456789\r\n0\r\n\r\n", 200},
        Case{"Extension", "5;a=b;c=\"d e\"\r\nhello\r\n0;x\r\n\r\n", 200},
        Case{"BlankBeforeExtension", "5 \t;a\r\nhello\r\n0\r\n\r\n", 200},
        Case{"LineOfTheMost", "5;" + text(kLine - 3, 'x') + "\r\nhello\r\n0\r\n\r\n", 200},
        Case{"LineOfOneMore", "5;" + text(kLine - 2, 'x') + "\r\nhello\r\n0\r\n\r\n", 400},
        Case{"ExtensionWithoutEnd", "5;a=" + text(100'000, 'x'), 400},
        Case{"QuotesWithoutEnd", "5;a=\"" + text(100'000, 'x'), 400},
        Case{"SizeWithoutEnd", text(100'000, '0'), 400},
        Case{"LastLineWithoutEnd", "0;" + text(100'000, 'x'), 400},
        Case{"Trailers", "5\r\nhello\r\n0\r\nA: b\r\nContent-Length: 7\r\n\r\n", 200},
        Case{"TrailersOfTheMost", "0\r\n" + text(kTrailers - 2, 'x') + "\r\n\r\n", 200},
        Case{"TrailersOfOneMore", "0\r\n" + text(kTrailers - 1, 'x') + "\r\n\r\n", 431},
        Case{"TrailerWithoutEnd", "0\r\nX: " + text(100'000, 'x'), 431},
        Case{"BareLineFeed", "5\nhello\r\n0\r\n\r\n", 400}, Case{"BareLineFeedAlone", "5\n", 400},
        Case{"BareLineFeedInTrailers", "0\r\nA: b\nC: d\r\n\r\n", 400},
        Case{"BareReturn", "5\rx\r\n", 400}, Case{"Nul", text(1, '\0') + "5\r\n", 400},
        Case{"NulInExtension", "5;" + text(1, '\0') + "\r\n", 400},
        Case{"NoSize", "\r\nhello", 400}, Case{"NoNumber", "zz\r\n", 400},
        Case{"Plus", "+5\r\nhello", 400}, Case{"Minus", "-5\r\nhello", 400},
        Case{"Prefix", "0x5\r\nhello", 400}, Case{"BlankBefore", " 5\r\nhello", 400},
        Case{"BlankBehind", "5 \r\nhello", 400}, Case{"Comma", "5,5\r\nhello", 400},
        Case{"Beyond64Bits", "10000000000000005\r\nhello", 400},
        Case{"MoreThanItSays", "5\r\nhello!!\r\n0\r\n\r\n", 400},
        Case{"NoEndOfChunk", "5\r\nhello0\r\n\r\n", 400}, Case{"TooLarge", "b\r\n", 413},
        Case{"TooLargeInAll", "a\r\n0123456789\r\n1\r\n", 413},
        Case{"Largest", "ffffffffffffffff\r\n", 413}, Case{"NotWhole", "5\r\nhello\r\n0\r\n", 0}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ChunkedBody, IsWhatTheChunksHoldAndEndsWhereTheyEnd) {
  const std::string chunks = "3;a=1\r\nhel\r\n2\r\nlo\r\n0\r\nA: b\r\n\r\n";
  for (std::size_t piece = 1; piece <= chunks.size(); ++piece) {
    const Reading reading = read(chunks + "POST /next", piece);
    EXPECT_EQ(reading.body, "hello") << piece;
    EXPECT_EQ(reading.taken, chunks.size()) << piece;
  }
}

}  // namespace
}  // namespace fh
