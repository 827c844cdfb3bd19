// The parser alone: the same requests cut in every place, and what it takes of each.
#include "ingress/request_parser.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

using State = RequestParser::State;

// Feeds text in pieces of that size, as a connection would; returns what was not taken.
std::string feed(RequestParser& parser, const std::string& text, std::size_t piece) {
  std::string waiting;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    waiting += text.substr(at, piece);
    while (true) {
      waiting.erase(0, parser.put(waiting));
      if (parser.state() == State::whole || parser.state() == State::refused)
        return waiting + text.substr(std::min(at + piece, text.size()));
      if (parser.state() != State::headed) break;
    }
  }
  return waiting;
}

const std::string kHead = "POST /a/b?c=%20d HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nx-one: 2\r\n";

TEST(RequestParser, ReadsARequestHoweverItIsCut) {
  const std::string next = "POST /next";
  for (const std::string& rest :
       {std::string("Content-Length: 5\r\n\r\nhello"),
        std::string("Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")}) {
    for (std::size_t piece = 1; piece <= kHead.size() + rest.size(); ++piece) {
      RequestParser parser(1024);
      const std::string left = feed(parser, kHead + rest + next, piece);
      ASSERT_EQ(parser.state(), State::whole) << piece << ": " << parser.reason();
      EXPECT_TRUE(next.starts_with(left.substr(0, next.size()))) << left;
      const RawRequest& request = parser.request();
      EXPECT_EQ(request.method, "POST");
      EXPECT_EQ(request.path, "/a/b");
      EXPECT_EQ(request.query, "c=%20d");
      EXPECT_EQ(request.header_values("X-ONE"), (std::vector<std::string_view>{"1", "2"}));
      EXPECT_EQ(request.body, "hello");
      EXPECT_TRUE(parser.keep_alive());
    }
  }
}

TEST(RequestParser, StopsWhereTheHeadEnds) {
  RequestParser parser(1024);
  const std::string text = kHead + "Content-Length: 5\r\n\r\nhello";
  EXPECT_EQ(parser.put(text), text.size() - 5);
  EXPECT_EQ(parser.state(), State::headed);
  EXPECT_EQ(parser.body_size(), 5U);
  parser.set_max_body(4);
  parser.put("hello");
  EXPECT_EQ(parser.state(), State::refused);
  EXPECT_EQ(parser.status(), 413);
}

TEST(RequestParser, LimitsChunksByTheirSum) {
  RequestParser parser(1024);
  parser.put(kHead + "Transfer-Encoding: chunked\r\n\r\n");
  parser.set_max_body(4);
  feed(parser, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 64);
  EXPECT_EQ(parser.state(), State::refused);
  EXPECT_EQ(parser.status(), 413);
}

TEST(RequestParser, LimitsTheHeadHoweverItIsCut) {
  const std::string text = "GET / HTTP/1.1\r\nX: " + std::string(2'000, 'x') + "\r\n\r\n";
  for (const std::size_t piece : {1, 7, 100, 5'000}) {
    RequestParser parser(1024);
    feed(parser, text, piece);
    EXPECT_EQ(parser.state(), State::refused) << piece;
    EXPECT_EQ(parser.status(), 431) << piece;
  }
}

TEST(RequestParser, CountsTheRequestLineWithTheFields) {
  const std::string text =
      "GET /" + std::string(600, 'y') + " HTTP/1.1\r\nX: " + std::string(600, 'x') + "\r\n\r\n";
  for (const std::size_t piece : {1, 7, 5'000}) {
    RequestParser parser(1024);
    feed(parser, text, piece);
    EXPECT_EQ(parser.status(), 431) << piece;
    RequestParser exact(text.size());
    feed(exact, text, piece);
    EXPECT_EQ(exact.state(), State::whole) << piece << ": " << exact.reason();
  }
}

TEST(RequestParser, AsksForTheHeadsLimitOfThePath) {
  const RequestParser::MaxHeadOf of_path = [](std::string_view path) {
    return path == "/narrow" ? std::size_t(64) : std::size_t(4096);
  };
  const std::string rest = "?q HTTP/1.1\r\nX: " + std::string(2'000, 'x') + "\r\n\r\n";
  for (const std::size_t piece : {1, 7, 100, 5'000}) {
    RequestParser narrow(1024, &of_path);
    feed(narrow, "GET /narrow" + rest, piece);
    EXPECT_EQ(narrow.status(), 431) << piece;
    EXPECT_NE(narrow.reason().find("64 bytes"), std::string::npos) << narrow.reason();
    RequestParser wide(1024, &of_path);
    feed(wide, "GET /wide" + rest, piece);
    EXPECT_EQ(wide.state(), State::whole) << piece << ": " << wide.reason();
    RequestParser before(1024, &of_path);
    feed(before, "GET /" + std::string(2'000, 'w') + rest, piece);
    EXPECT_EQ(before.status(), 431) << "the path is not known yet: " << piece;
  }
}

struct LineCase {
  std::string line, path, query;
};

// RFC 9112, section 3.2: a target may name the host as well.
TEST(RequestParser, TakesATargetThatNamesTheHost) {
  for (const auto& [target, path, query] :
       std::vector<LineCase>{{"http://h/a/b?c=d", "/a/b", "c=d"},
                             {"HTTPS://user@h:8080/a?u=http://x/y", "/a", "u=http://x/y"},
                             {"http://h", "/", ""},
                             {"http://h?c=d", "/", "c=d"},
                             {"/a?u=http://x/y", "/a", "u=http://x/y"},
                             {"//h/a", "//h/a", ""},
                             {"ftp://h/a", "ftp://h/a", ""},
                             {"*", "*", ""}}) {
    std::string asked;
    const RequestParser::MaxHeadOf of_path = [&](std::string_view of) {
      asked = of;
      return std::size_t(1024);
    };
    RequestParser parser(1024, &of_path);
    feed(parser, "POST " + target + " HTTP/1.1\r\n\r\n", 7);
    EXPECT_EQ(parser.state(), State::whole) << target;
    EXPECT_EQ(parser.request().path, path) << target;
    EXPECT_EQ(parser.request().query, query) << target;
    EXPECT_EQ(asked, path) << target;
  }
}

TEST(RequestParser, RefusesFieldsThatGoOnInAFurtherLine) {
  for (const std::string field :
       {"X:\r\n folded", "X: a\r\n\tfolded", "X: a\r\n ", "Transfer-Encoding:\r\n chunked"}) {
    const std::string text = "POST / HTTP/1.1\r\nA: b\r\n" + field + "\r\nB: c\r\n\r\n";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
      RequestParser parser(1024);
      feed(parser, text, piece);
      ASSERT_EQ(parser.state(), State::refused) << field << " " << piece;
      EXPECT_EQ(parser.status(), 400) << field;
    }
  }
}

TEST(RequestParser, RefusesChunksOfAVersionThatHasNone) {
  RequestParser parser(1024);
  feed(parser, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 7);
  EXPECT_EQ(parser.state(), State::refused);
  EXPECT_EQ(parser.status(), 400);
}

// A connection of HTTP/1.0 ends with its answer, and nobody there knows an answer in between.
TEST(RequestParser, DoesForHttp10WhatItKnows) {
  for (const std::string version : {"1.0", "1.1"}) {
    RequestParser parser(1024);
    parser.put("POST / HTTP/" + version +
               "\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(parser.keep_alive(), version == "1.1");
    EXPECT_EQ(parser.expects_continue(), version == "1.1");
  }
}

TEST(RequestParser, MakesNoRoomForABodyBeforeItComes) {
  RequestParser parser(1024);
  const std::size_t announced = 50 * 1024 * 1024;
  parser.put("POST / HTTP/1.1\r\nContent-Length: " + std::to_string(announced) + "\r\n\r\n");
  parser.put("x");
  EXPECT_EQ(parser.body_size(), announced);
  EXPECT_LT(parser.request().body.capacity(), announced / 100);
}

TEST(RequestParser, TakesARequestWithoutABody) {
  RequestParser parser(1024);
  EXPECT_EQ(feed(parser, "GET / HTTP/1.0\r\n\r\nmore", 3), "more");
  EXPECT_EQ(parser.state(), State::whole);
  EXPECT_FALSE(parser.keep_alive());
}

}  // namespace
}  // namespace fh
