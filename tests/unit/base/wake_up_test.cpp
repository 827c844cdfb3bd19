#include "base/wake_up.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "base/wait_any.h"
#include "support/test_child.h"

namespace fh {
namespace {

using namespace std::chrono_literals;

std::chrono::steady_clock::time_point in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

TEST(WakeUp, SignalsAddUpToOne) {
  WakeUp wake;
  EXPECT_FALSE(wake.take());
  wake.signal();
  wake.signal();
  EXPECT_TRUE(wake.take());
  EXPECT_FALSE(wake.take());
  EXPECT_FALSE(wake.wait(1ms));
}

TEST(WakeUp, WakesAThreadThatWaits) {
  WakeUp wake;
  std::jthread other([&] { wake.signal(); });
  EXPECT_TRUE(wake.wait(10s));
}

TEST(WaitAny, TellsAllThatAreReadyAndTakesNothing) {
  WakeUp first;
  WakeUp second;
  WakeUp third;
  const std::array handles = {first.wait_handle(), kNoHandle, second.wait_handle(),
                              third.wait_handle()};
  EXPECT_EQ(wait_any(handles, in(1ms)), 0U);
  first.signal();
  third.signal();
  EXPECT_EQ(wait_any(handles, in(10s)), 0b1001U);
  EXPECT_TRUE(first.take());
  EXPECT_EQ(wait_any(handles, in(-1s)), 0b1000U);
}

TEST(WaitAny, SeesBytesAndEnds) {
  StreamPair pipe = make_output_pipe();
  OutputReader reader(std::move(pipe.ours));
  auto options = test::test_child({"say-and-stay"});
  options.standard_output = pipe.theirs.get();
  ChildProcess child(options);
  pipe.theirs.reset();
  EXPECT_EQ(wait_any(std::array{reader.wait_handle(), child.wait_handle()}, in(10s)), 0b01U);
  std::string text;
  EXPECT_TRUE(reader.read_available(text));
  EXPECT_EQ(wait_any(std::array{reader.wait_handle(), child.wait_handle()}, in(1ms)), 0U);
  child.kill_group();
  EXPECT_EQ(wait_any(std::array{kNoHandle, child.wait_handle()}, in(10s)), 0b10U);
  EXPECT_NE(wait_any(std::array{reader.wait_handle()}, in(10s)), 0U);
  EXPECT_FALSE(reader.read_available(text));
  EXPECT_EQ(reader.wait_handle(), kNoHandle);
}

}  // namespace
}  // namespace fh
