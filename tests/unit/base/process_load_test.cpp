#include "base/process_load.h"

#include <gtest/gtest.h>

#include "support/test_child.h"

namespace fh {
namespace {

using namespace std::chrono_literals;

TEST(ProcessLoad, ProcessorTimeGrowsWithWork) {
  const auto before = processor_time(own_pid()).value().all;
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (processor_time(own_pid()).value().all < before + 50ms)
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
}

TEST(ProcessLoad, WhatTheKernelDoesIsPartOfIt) {
  const auto kernel_time = [] { return processor_time(own_pid()).value().in_kernel; };
  const auto before = kernel_time();
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (kernel_time() < before + 50ms) {
    own_pid();
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
  const ProcessorTime used = processor_time(own_pid()).value();
  EXPECT_LE(used.in_kernel, used.all + 20ms);
}

TEST(ProcessLoad, MemoryGrowsByWhatIsAllocated) {
  constexpr std::size_t kMuch = 64U << 20U;
  const auto before = writable_memory(own_pid()).value();
  const std::string much(kMuch, 'm');
  EXPECT_GE(writable_memory(own_pid()).value(), before + kMuch - (kMuch / 8)) << much.size();
}

#ifndef _WIN32
TEST(ProcessLoad, WhoeverAsksHasAProcessorAndWhoeverReadsWantsNone) {
  EXPECT_TRUE(wants_processor(own_pid()));
  const ChildProcess child(test::test_child({"stay"}));
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (wants_processor(child.pid())) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
}
#endif

#ifndef _WIN32
TEST(ProcessLoad, AProcessIsHeldUntilItMayGoOn) {
  SpawnOptions spinning;
  spinning.arguments = {"/bin/sh", "-c", "while :; do :; done"};
  const ChildProcess child(spinning);
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  EXPECT_TRUE(stop_process(child.pid()));
  while (wants_processor(child.pid())) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  EXPECT_TRUE(continue_process(child.pid()));
  while (!wants_processor(child.pid())) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
}
#endif

TEST(ProcessLoad, AProcessThatLivesCanBePutLast) {
  const ChildProcess child(test::test_child({"stay"}));
  EXPECT_TRUE(put_last(child.pid()));
}

TEST(ProcessLoad, OfAProcessThatIsGoneIsNotKnown) {
  int pid = 0;
  {
    ChildProcess child(test::test_child({"exit", "0"}));
    pid = child.pid();
    ASSERT_TRUE(child.reap(10s));
  }
  EXPECT_FALSE(processor_time(pid));
  EXPECT_FALSE(wants_processor(pid));
  EXPECT_FALSE(writable_memory(pid));
  EXPECT_FALSE(put_last(pid));
  EXPECT_FALSE(stop_process(pid));
}

}  // namespace
}  // namespace fh
