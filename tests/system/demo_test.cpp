// ./dev demo --once, as far as it is not installing and building: every step it shows must hold.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "base/shell_quoted.h"

namespace fh::test {
namespace {

TEST(Demo, EveryStepHolds) {
  const std::string state =
      (std::filesystem::temp_directory_path() / "fieldhook-demo-test-").string() +
      std::to_string(::getpid());
  std::string command = shell_quoted(FIELDHOOK_SOURCE_DIR "/tests/demo/demo.sh") + " --once";
  command += " --build " + shell_quoted(FIELDHOOK_BINARY_DIR);
  command += " --state " + shell_quoted(state) + " 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string printed;
  char part[4096];
  while (std::fgets(part, sizeof part, pipe) != nullptr) printed += part;
  const int status = ::pclose(pipe);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << printed;
  EXPECT_TRUE(printed.ends_with("Every step held.\n")) << printed;
  std::filesystem::remove_all(state);
  std::filesystem::remove(state + ".lock");
}

}  // namespace
}  // namespace fh::test
