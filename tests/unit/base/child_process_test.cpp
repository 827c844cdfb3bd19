#include "base/child_process.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/check.h"
#include "support/test_child.h"
#ifdef _WIN32
#include "base/windows_api.h"
#else
#include <fcntl.h>
#endif

namespace fh {
namespace {

using test::test_child;

constexpr std::chrono::seconds kPatience(10);

std::string output_of(SpawnOptions options) {
  StreamPair pipe = make_output_pipe();
  options.standard_output = pipe.theirs.get();
  ChildProcess child(options);
  pipe.theirs.reset();
  OutputReader reader(std::move(pipe.ours));
  return test::read_all(reader);
}

void set_variable(const char* name, const char* value) {
#ifdef _WIN32
  ::SetEnvironmentVariableA(name, value);
#else
  ::setenv(name, value, 1);
#endif
}

// As some libraries leave what they open.
void make_inheritable(NativeHandle handle) {
#ifdef _WIN32
  ASSERT_TRUE(::SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
#else
  ASSERT_EQ(::fcntl(handle, F_SETFD, 0), 0);
#endif
}

std::string number_of(NativeHandle handle) {
#ifdef _WIN32
  return std::to_string(reinterpret_cast<std::intptr_t>(handle));
#else
  return std::to_string(handle);
#endif
}

TEST(ChildProcess, TellsExitCodesFromCrashes) {
  EXPECT_EQ(ChildProcess(test_child({"exit", "11"})).reap(kPatience)->describe(), "exit code 11");
  EXPECT_EQ(ChildProcess(test_child({"crash"})).reap(kPatience)->describe(), test::kCrashed);
}

TEST(ChildProcess, GetsItsArgumentsAsTheyWereGiven) {
  EXPECT_EQ(output_of(test_child({"print-arguments", "plain", "two words", "", "a\"b", "c\\",
                                  "d\\\"e\\\\ f", "\\\\share\\g h\\"})),
            "[plain][two words][][a\"b][c\\][d\\\"e\\\\ f][\\\\share\\g h\\]");
}

TEST(ChildProcess, GetsTheListedEnvironmentOnly) {
  set_variable("NOT_GIVEN", "secret");
  EXPECT_EQ(output_of(test_child({"print-environment", "GIVEN", "NOT_GIVEN"})), "GIVEN=yes;");
  SpawnOptions none = test_child({"print-environment", "GIVEN", "NOT_GIVEN"});
  none.environment.clear();
  EXPECT_EQ(output_of(none), "");
}

TEST(ChildProcess, InheritsNothingButWhatIsGiven) {
  StreamPair given = make_output_pipe();
  StreamPair stray = make_output_pipe();
  make_inheritable(stray.theirs.get());
  SpawnOptions options = test_child({"write-to"});
  options.inherited = {given.theirs.get()};
  options.arguments.push_back(std::to_string(number_in_child(options, 0)));
  options.arguments.push_back(number_of(stray.theirs.get()));
  ChildProcess child(options);
  EXPECT_EQ(child.reap(kPatience)->describe(), "exit code 1");
  given.theirs.reset();
  OutputReader reader(std::move(given.ours));
  EXPECT_EQ(test::read_all(reader), "given");
}

TEST(ChildProcess, KillsWhatItStartedToo) {
  StreamPair pipe = make_output_pipe();
  OutputReader reader(std::move(pipe.ours));
  SpawnOptions options = test_child({"start-another"});
  options.environment.push_back("PATH=/usr/bin:/bin");
  options.standard_output = pipe.theirs.get();
  std::string text;
  {
    ChildProcess child(options);
    pipe.theirs.reset();
    const NativeHandle handles[] = {reader.wait_handle()};
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (text.empty() && std::chrono::steady_clock::now() < deadline) {
      wait_any(handles, deadline);
      ASSERT_TRUE(reader.read_available(text));
    }
  }
  // The pipe ends only when the grandchild is gone as well.
  text += test::read_all(reader);
  EXPECT_EQ(text.substr(0, text.find_first_of("\r\n")), "here");
  EXPECT_EQ(text.find("and then nothing"), std::string::npos);
}

TEST(ChildProcess, AMissingExecutableIsAnError) {
  SpawnOptions options;
  options.arguments = {"/nowhere/at/all"};
  EXPECT_THROW(ChildProcess{options}, HostError);
}

TEST(RecordedGroup, IsKilledOnlyIfItIsStillTheSameProcess) {
  ChildProcess child(test_child({"stay"}));
  kill_recorded_group(child.pid(), "1");
  EXPECT_FALSE(child.reap(std::chrono::milliseconds(50)));
  kill_recorded_group(child.pid(), process_start_time(child.pid()).value());
  EXPECT_EQ(child.reap(kPatience)->describe(), test::kKilled);
  EXPECT_FALSE(process_start_time(child.pid()));
}

}  // namespace
}  // namespace fh
