#include "wire/frames.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "wire/frame_buffer.h"

namespace fh {
namespace {

// One frame of each kind, every field away from its default, texts that are no text.
std::vector<wire::Frame> one_of_each() {
  using namespace std::string_literals;
  return {
      wire::Start{R"({"a":1})"},
      wire::Execute{std::numeric_limits<std::uint64_t>::max(), 7, 2, 3, -5, "p", "contact", "id",
                    R"({"name":"Zoë"})", "{}", "{}", "[]", "\0\xff"s},
      wire::Answer{0xfffffffe, wire::CallStatus::failed, std::numeric_limits<std::int64_t>::min(),
                   "why"},
      wire::Cancel{9},
      wire::Stop{},
      wire::Hello{1, 99, 2, "{}"},
      wire::Refused{"because"},
      wire::Call{1, 2, wire::CallMethod::progress, 3, -4, "key", std::string(70'000, 'x')},
      wire::Log{1, wire::LogLevel::debug, ""},
      wire::Finished{1, wire::RunOutcome::snooze, 1500, "text"},
  };
}

wire::Frame decode(const std::string& bytes) {
  const auto header = wire::decode_header(bytes);
  return wire::decode_payload(header.kind, std::string_view(bytes).substr(wire::kHeaderSize));
}

std::string error_of(const std::string& bytes) {
  FrameBuffer buffer;
  buffer.feed(bytes);
  try {
    while (buffer.next()) continue;
  } catch (const WireError& error) {
    return error.what();
  }
  return "";
}

TEST(Frames, ComeBackAsTheyWere) {
  for (const auto& frame : one_of_each()) {
    const auto bytes = wire::encode(frame);
    const auto again = decode(bytes);
    EXPECT_EQ(again.index(), frame.index());
    EXPECT_EQ(wire::encode(again), bytes);
  }
}

TEST(Frames, KeepTheirFieldsApart) {
  const auto frame = decode(wire::encode(one_of_each()[1]));
  const auto& execute = std::get<wire::Execute>(frame);
  EXPECT_EQ(execute.job_id, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(execute.run, 7U);
  EXPECT_EQ(execute.attempt, 2U);
  EXPECT_EQ(execute.max_attempts, 3U);
  EXPECT_EQ(execute.deadline_ms, -5);
  EXPECT_EQ(execute.record_type, "contact");
  EXPECT_EQ(execute.record, R"({"name":"Zoë"})");
  EXPECT_EQ(execute.input, std::string("\0\xff", 2));
}

TEST(Frames, StandOnTheWireAsTheDocumentSays) {
  EXPECT_EQ(wire::encode(wire::Cancel{0x0102}),
            std::string("\x08\0\0\0\x01\x04\0\0\x02\x01\0\0\0\0\0\0", 16));
  EXPECT_EQ(wire::encode(wire::Refused{"no"}),
            std::string("\x06\0\0\0\x01\x12\0\0\x02\0\0\0no", 14));
}

TEST(Frames, OverTheLimitAreNotSent) {
  EXPECT_THROW((void)wire::encode(wire::Start{std::string(wire::kMaxPayload, 'x')}), FrameTooLarge);
  EXPECT_NO_THROW((void)wire::encode(wire::Start{std::string(wire::kMaxPayload - 4, 'x')}));
}

TEST(Frames, MalformedOnesAreRefusedWithTheReason) {
  struct Case {
    const char* name;
    std::string bytes;
    const char* reason;
  };
  const auto raw = [](const char* bytes, std::size_t size) { return std::string(bytes, size); };
  const std::vector<Case> cases = {
      {"another version", raw("\0\0\0\0\x02\x05\0\0", 8), "version 2, this side speaks 1"},
      {"kind zero", raw("\0\0\0\0\x01\0\0\0", 8), "kind 0 is not known"},
      {"kind between the two sides", raw("\0\0\0\0\x01\x06\0\0", 8), "kind 6 is not known"},
      {"kind beyond the last", raw("\0\0\0\0\x01\xff\0\0", 8), "kind 255 is not known"},
      {"last field not zero", raw("\0\0\0\0\x01\x05\0\x01", 8), "not zero"},
      {"one byte over the limit", raw("\x01\0\0\x01\x01\x05\0\0", 8),
       "16777217 bytes is announced"},
      {"the largest length", raw("\xff\xff\xff\xff\x01\x05\0\0", 8),
       "4294967295 bytes is announced"},
      {"text protocol", "HTTP/1.1 200 OK\r\n", "version 47"},
      {"byte after the last field", raw("\x01\0\0\0\x01\x05\0\0\x00", 9), "1 bytes follow"},
      {"number cut off", raw("\x07\0\0\0\x01\x04\0\0\0\0\0\0\0\0\0", 15), "needs 8 bytes, 7"},
      {"no payload", raw("\0\0\0\0\x01\x04\0\0", 8), "needs 8 bytes, 0"},
      {"text longer than its frame", raw("\x06\0\0\0\x01\x12\0\0\x03\0\0\0no", 14),
       "needs 3 bytes, 2"},
      {"text of 4 GiB", raw("\x06\0\0\0\x01\x12\0\0\xff\xff\xff\xff\0\0", 14), "4294967295"},
      {"unknown level", raw("\x0d\0\0\0\x01\x14\0\0\1\0\0\0\0\0\0\0\x04\0\0\0\0", 21),
       "number 4 names nothing"},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    EXPECT_NE(error_of(one.bytes).find(one.reason), std::string::npos) << error_of(one.bytes);
  }
}

TEST(Frames, EveryKindHasAName) {
  for (const auto& frame : one_of_each()) {
    std::visit([](const auto& one) { EXPECT_STRNE(wire::name_of(one.kKind), "unknown"); }, frame);
  }
}

// Any cut of any frame is either "not yet" or an error, never a frame and never a crash.
TEST(Frames, CutAnywhereAreNotFrames) {
  for (const auto& frame : one_of_each()) {
    const auto bytes = wire::encode(frame);
    for (std::size_t size = 0; size < std::min<std::size_t>(bytes.size(), 200); ++size) {
      FrameBuffer buffer;
      buffer.feed(std::string_view(bytes).substr(0, size));
      EXPECT_FALSE(buffer.next()) << "cut at " << size;
    }
  }
}

TEST(FrameBuffer, GivesTheSameFramesHoweverTheBytesArrive) {
  std::string stream;
  for (const auto& frame : one_of_each()) stream += wire::encode(frame);
  for (const std::size_t piece :
       std::initializer_list<std::size_t>{1, 3, 7, 8, 64, 1000, stream.size()}) {
    FrameBuffer buffer;
    std::string seen;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      buffer.feed(std::string_view(stream).substr(at, piece));
      while (const auto frame = buffer.next()) seen += wire::encode(*frame);
    }
    EXPECT_TRUE(seen == stream) << "pieces of " << piece;
    EXPECT_EQ(buffer.pending(), 0U);
  }
}

}  // namespace
}  // namespace fh
