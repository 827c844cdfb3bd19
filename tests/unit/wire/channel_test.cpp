#include "wire/channel.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace fh {
namespace {

using namespace std::chrono_literals;

std::pair<UniqueFd, UniqueFd> stream_pair() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

TEST(Channel, CarriesAFrameLargerThanTheStreamsBuffer) {
  auto [left_fd, right_fd] = stream_pair();
  Channel left(std::move(left_fd));
  Channel right(std::move(right_fd));
  const std::string text(4U << 20U, 'x');
  std::jthread sender([&] { left.send(wire::Refused{text}); });
  const auto frame = right.receive();
  ASSERT_TRUE(frame);
  EXPECT_TRUE(std::get<wire::Refused>(*frame).reason == text);
}

TEST(Channel, SendersOnManyThreadsDoNotMixTheirFrames) {
  auto [left_fd, right_fd] = stream_pair();
  Channel left(std::move(left_fd));
  Channel right(std::move(right_fd));
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
  auto [left_fd, right_fd] = stream_pair();
  Channel left(std::move(left_fd));
  FrameBuffer buffer;
  EXPECT_TRUE(left.read_available(buffer));
  EXPECT_FALSE(buffer.next());
  {
    Channel right(std::move(right_fd));
    right.send(wire::Cancel{5});
  }
  EXPECT_TRUE(left.read_available(buffer));
  const auto frame = buffer.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(std::get<wire::Cancel>(*frame).job_id, 5U);
  EXPECT_FALSE(left.read_available(buffer));
}

TEST(Channel, ReceiveTellsACleanEndFromACutFrame) {
  auto [left_fd, right_fd] = stream_pair();
  Channel left(std::move(left_fd));
  const auto bytes = wire::encode(wire::Cancel{5});
  ASSERT_EQ(::send(right_fd.get(), bytes.data(), bytes.size(), 0), 16);
  ASSERT_EQ(::send(right_fd.get(), bytes.data(), 10, 0), 10);
  right_fd.reset();
  EXPECT_TRUE(left.receive());
  EXPECT_THROW((void)left.receive(), WireError);

  auto [third_fd, fourth_fd] = stream_pair();
  fourth_fd.reset();
  EXPECT_FALSE(Channel(std::move(third_fd)).receive());
}

TEST(Channel, SendingToAPeerThatDoesNotReadEndsAtTheDeadline) {
  auto [left_fd, right_fd] = stream_pair();
  Channel left(std::move(left_fd));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(left.send(wire::Refused{std::string(8U << 20U, 'x')}, start + 50ms), WireError);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(took, 50ms);
  EXPECT_LT(took, 5s);
}

TEST(Channel, SendingToAPeerThatIsGoneIsAnErrorAndNoSignal) {
  auto [left_fd, right_fd] = stream_pair();
  Channel left(std::move(left_fd));
  right_fd.reset();
  EXPECT_THROW(left.send(wire::Stop{}), WireError);
}

}  // namespace
}  // namespace fh
