// What a worker prints when it has no run stands in the log, up to a limit.
#include <gtest/gtest.h>

#include "system/host_process.h"
#include "system/made_plugin.h"

namespace fh::test {
namespace {

class IdleOutput : public ::testing::Test {
 protected:
  HostProcess host_;
};

TEST_F(IdleOutput, WhileItLoadsIsLogged) {
  host_.environment()["HOME"] = host_.folder();
  std::ofstream(host_.folder() / "at_load") << "print";
  host_.install("at_load.so");
  host_.start();
  host_.run(field_update("c-1", "at_load", "go"));
  const std::string begin = "plugin_output job=0 plugin=at-load stream=";
  EXPECT_EQ(host_.log_lines(begin + "stdout text=\"it loads\"").size(), 1U);
  EXPECT_EQ(host_.log_lines(begin + "stderr text=\"and complains\"").size(), 1U);
}

TEST_F(IdleOutput, AfterItsRunIsCut) {
  const auto go = host_.folder() / "go";
  const auto file = host_.folder() / "drip.so";
  // What it starts outlives the run.
  make_plugin(file, watching("drip", "contact", "drip"),
              "system(\"(until [ -e " + go.string() + " ]; do sleep 0.01; done; seq 1 3000) &\");" +
                  kDoneDeed);
  host_.install_file(file, "drip.so");
  host_.start();
  host_.run(field_update("c-1", "drip", "now"));
  std::ofstream(go) << "go";
  const std::string cut = "plugin_output_cut job=0 plugin=drip lines=1000";
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.logged(cut); }));
  host_.stop();
  EXPECT_EQ(host_.log_lines("plugin_output job=0 plugin=drip ").size(), 1000U);
  EXPECT_EQ(host_.log_lines(cut).size(), 1U);
}

}  // namespace
}  // namespace fh::test
