#include "wire/channel.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/stream_pair.h"
#ifndef _WIN32
#include <sys/socket.h>
#endif

namespace fh {
namespace {

using namespace std::chrono_literals;

// Bytes that need not be frames.
void write_and_close(UniqueHandle end, std::string_view bytes) {
#ifdef _WIN32
  OverlappedPipe(std::move(end)).write(bytes, std::nullopt);
#else
  ASSERT_EQ(::send(end.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
#endif
}

TEST(Channel, CarriesAFrameLargerThanTheStreamsBuffer) {
  auto [left_end, right_end] = make_stream_pair();
  Channel left(std::move(left_end));
  Channel right(std::move(right_end));
  const std::string text(4U << 20U, 'x');
  std::jthread sender([&] { left.send(wire::Refused{text}); });
  const auto frame = right.receive();
  ASSERT_TRUE(frame);
  EXPECT_TRUE(std::get<wire::Refused>(*frame).reason == text);
}

TEST(Channel, SendersOnManyThreadsDoNotMixTheirFrames) {
  auto [left_end, right_end] = make_stream_pair();
  Channel left(std::move(left_end));
  Channel right(std::move(right_end));
  constexpr int kThreads = 4;
  constexpr int kFrames = 200;
  std::vector<std::jthread> senders;
  for (int i = 0; i < kThreads; ++i) {
    senders.emplace_back([&left, i] {
      const std::string text(static_cast<std::size_t>(1 + i) * 1000, static_cast<char>('a' + i));
      for (int n = 0; n < kFrames; ++n) left.send(wire::Refused{text});
    });
  }
  for (int n = 0; n < kThreads * kFrames; ++n) {
    const auto frame = right.receive();
    ASSERT_TRUE(frame);
    const auto& text = std::get<wire::Refused>(*frame).reason;
    EXPECT_EQ(text, std::string(text.size(), text[0]));
    EXPECT_EQ(text.size(), static_cast<std::size_t>(text[0] - 'a' + 1) * 1000);
  }
}

TEST(Channel, ReadAvailableNeverWaitsAndTellsTheEnd) {
  auto [left_end, right_end] = make_stream_pair();
  Channel left(std::move(left_end));
  FrameBuffer buffer;
  EXPECT_TRUE(left.read_available(buffer));
  EXPECT_FALSE(buffer.next());
  {
    Channel right(std::move(right_end));
    right.send(wire::Cancel{5});
  }
  EXPECT_TRUE(left.read_available(buffer));
  const auto frame = buffer.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(std::get<wire::Cancel>(*frame).job_id, 5U);
  EXPECT_FALSE(left.read_available(buffer));
}

TEST(Channel, CarriesBothWaysAtOnce) {
  auto [left_end, right_end] = make_stream_pair();
  Channel left(std::move(left_end));
  Channel right(std::move(right_end));
  constexpr int kFrames = 200;
  const std::string text(20'000, 'x');
  std::jthread echo([&right] {
    while (const auto frame = right.receive()) {
      if (std::holds_alternative<wire::Stop>(*frame)) return;
      right.send(*frame);
    }
  });
  std::jthread sender([&] {
    for (int n = 0; n < kFrames; ++n) left.send(wire::Refused{text});
    left.send(wire::Stop{});
  });
  for (int n = 0; n < kFrames; ++n) {
    const auto frame = left.receive();
    ASSERT_TRUE(frame);
    EXPECT_EQ(std::get<wire::Refused>(*frame).reason, text);
  }
}

TEST(Channel, ReceiveTellsACleanEndFromACutFrame) {
  auto [left_end, right_end] = make_stream_pair();
  Channel left(std::move(left_end));
  const auto bytes = wire::encode(wire::Cancel{5});
  ASSERT_EQ(bytes.size(), 16U);
  write_and_close(std::move(right_end), bytes + bytes.substr(0, 10));
  EXPECT_TRUE(left.receive());
  EXPECT_THROW((void)left.receive(), WireError);

  auto [third_end, fourth_end] = make_stream_pair();
  fourth_end.reset();
  EXPECT_FALSE(Channel(std::move(third_end)).receive());
}

TEST(Channel, SendingToAPeerThatDoesNotReadEndsAtTheDeadline) {
  auto [left_end, right_end] = make_stream_pair();
  Channel left(std::move(left_end));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(left.send(wire::Refused{std::string(8U << 20U, 'x')}, start + 50ms), WireError);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(took, 50ms);
  EXPECT_LT(took, 5s);
}

TEST(Channel, SendingToAPeerThatIsGoneIsAnErrorAndNoSignal) {
  auto [left_end, right_end] = make_stream_pair();
  Channel left(std::move(left_end));
  right_end.reset();
  EXPECT_THROW(left.send(wire::Stop{}), WireError);
}

}  // namespace
}  // namespace fh
