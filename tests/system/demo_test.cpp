// ./dev demo --once, as far as it is not installing and building: every step it shows must hold.
#include <gtest/gtest.h>

#include <filesystem>

#include "support/temp_folder.h"
#include "system/program.h"

namespace fh::test {
namespace {

namespace fs = std::filesystem;

class Demo : public ::testing::Test {
 protected:
  // With the programs and plugins of that folder.
  Ran run(const fs::path& build) {
    return run_program({FIELDHOOK_SOURCE_DIR "/tests/demo/demo.sh", "--once", "--build", build,
                        "--state", folder_ / "state"},
                       plain_environment(), std::chrono::minutes(2));
  }
  TempFolder folder_;
};

TEST_F(Demo, EveryStepHolds) {
  const Ran ran = run(FIELDHOOK_BINARY_DIR);
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_TRUE(ran.out.ends_with("Every step held.\n")) << ran.out;
}

TEST_F(Demo, EndsWithTheFirstStepThatDoesNot) {
  const fs::path built = FIELDHOOK_BINARY_DIR;
  const fs::path other = folder_ / "build";
  fs::create_directories(other / "plugins");
  fs::create_directory_symlink(built / "bin", other / "bin");
  for (const char* name : {"issue-certificate.so", "start-onboarding.so"})
    fs::copy_file(built / "plugins/issue-certificate.so", other / "plugins" / name);
  const Ran ran = run(other);
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_NE(ran.err.find("The demo stops here: plugin start-onboarding is not active\n"),
            std::string::npos)
      << ran.err;
  EXPECT_EQ(ran.out.find("Every step held"), std::string::npos) << ran.out;
}

}  // namespace
}  // namespace fh::test
