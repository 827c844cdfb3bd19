#include "base/child_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "base/check.h"

namespace fh {
namespace {

constexpr std::chrono::seconds kPatience(10);

SpawnOptions shell(const std::string& script) {
  SpawnOptions options;
  options.arguments = {"/bin/sh", "-c", script};
  options.environment = {"PATH=/usr/bin:/bin", "GIVEN=yes"};
  return options;
}

std::string output_of(SpawnOptions options) {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  options.standard_output = write_end.get();
  ChildProcess child(options);
  write_end.reset();
  std::string text;
  char part[4096];
  for (ssize_t got; (got = ::read(read_end.get(), part, sizeof part)) > 0;)
    text.append(part, static_cast<std::size_t>(got));
  return text;
}

TEST(ChildProcess, TellsExitCodesFromSignals) {
  EXPECT_EQ(ChildProcess(shell("exit 11")).reap(kPatience)->describe(), "exit code 11");
  const auto status = ChildProcess(shell("kill -SEGV $$")).reap(kPatience);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->signal, SIGSEGV);
  EXPECT_NE(status->describe().find("signal 11"), std::string::npos);
}

TEST(ChildProcess, GetsTheListedEnvironmentOnly) {
  ::setenv("NOT_GIVEN", "secret", 1);
  EXPECT_EQ(output_of(shell("echo $GIVEN$NOT_GIVEN")), "yes\n");
}

TEST(ChildProcess, InheritsNoDescriptorButThoseGiven) {
  const UniqueFd stray(::open("/dev/null", O_RDONLY));  // inheritable, as some libraries leave them
  SpawnOptions options = shell("ls /proc/self/fd | wc -l; readlink /proc/self/fd/3");
  const UniqueFd given(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  options.inherited = {given.get()};
  // 0, 1, 2, the given one, and the folder that ls itself reads.
  EXPECT_EQ(output_of(options), "5\n/dev/zero\n");
}

TEST(ChildProcess, StartsWithDefaultSignalsAndAGroupOfItsOwn) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  ChildProcess child(shell("sleep 60"));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(::getpgid(child.pid()), child.pid());
  ::kill(child.pid(), SIGTERM);
  EXPECT_EQ(child.reap(kPatience)->signal, SIGTERM);
}

TEST(ChildProcess, KillsWhatItStartedToo) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  SpawnOptions options = shell("sleep 60 & echo started; wait");
  options.standard_output = write_end.get();
  {
    ChildProcess child(options);
    write_end.reset();
    char byte = 0;
    ASSERT_EQ(::read(read_end.get(), &byte, 1), 1);
  }
  // The pipe ends only when the grandchild is gone as well.
  char rest[64];
  while (::read(read_end.get(), rest, sizeof rest) > 0) {
  }
}

TEST(ChildProcess, AMissingExecutableIsAnError) {
  SpawnOptions options;
  options.arguments = {"/nowhere/at/all"};
  EXPECT_THROW(ChildProcess{options}, HostError);
}

TEST(RecordedGroup, IsKilledOnlyIfItIsStillTheSameProcess) {
  ChildProcess child(shell("sleep 60"));
  kill_recorded_group(child.pid(), "1");
  EXPECT_FALSE(child.reap(std::chrono::milliseconds(50)));
  kill_recorded_group(child.pid(), process_start_time(child.pid()).value());
  EXPECT_EQ(child.reap(kPatience)->signal, SIGKILL);
}

}  // namespace
}  // namespace fh
