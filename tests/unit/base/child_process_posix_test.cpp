// What only POSIX has, or is not seen under Wine: signals, groups, descriptors by their numbers,
// the peak of memory.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "base/child_process.h"
#include "base/unique_fd.h"
#include "support/test_child.h"

namespace fh {
namespace {

constexpr std::chrono::seconds kPatience(10);

TEST(ChildProcess, TellsHowMuchMemoryItHeld) {
  const auto status = ChildProcess(test::test_child({"exit", "0"})).reap(kPatience);
  ASSERT_TRUE(status);
  EXPECT_GT(status->most_memory, 64U << 10U);
  EXPECT_LT(status->most_memory, 1U << 30U);
}

TEST(ChildProcess, InheritsNoDescriptorButThoseGiven) {
  const UniqueFd stray(::open("/dev/null", O_RDONLY));  // inheritable, as some libraries leave them
  StreamPair pipe = make_output_pipe();
  SpawnOptions options;
  options.arguments = {"/bin/sh", "-c", "ls /proc/self/fd | wc -l; readlink /proc/self/fd/3"};
  options.environment = {"PATH=/usr/bin:/bin"};
  options.standard_output = pipe.theirs.get();
  const UniqueFd given(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  options.inherited = {given.get()};
  // 0, 1, 2, the given one, and the folder that ls itself reads.
  ChildProcess child(options);
  pipe.theirs.reset();
  OutputReader reader(std::move(pipe.ours));
  EXPECT_EQ(test::read_all(reader), "5\n/dev/zero\n");
}

TEST(ChildProcess, StartsWithDefaultSignalsAndAGroupOfItsOwn) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  ChildProcess child(test::test_child({"stay"}));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(::getpgid(child.pid()), child.pid());
  ::kill(child.pid(), SIGTERM);
  EXPECT_EQ(child.reap(kPatience)->signal, SIGTERM);
}

}  // namespace
}  // namespace fh
