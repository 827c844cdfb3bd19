// A fixture with a host and the fieldhook command, which finds host, token and configuration in its
// environment, as a person's would.
#pragma once

#include <gtest/gtest.h>

#include "system/host_process.h"

namespace fh::test {

class CommandLine : public ::testing::Test {
 protected:
  Ran fieldhook(std::vector<std::string> words) {
    Environment environment = host_.environment();
    environment["FIELDHOOK_URL"] = host_.admin_url();
    environment["FIELDHOOK_TOKEN"] = kAdminToken;
    environment["FIELDHOOK_CONFIG"] = host_.config_file().string();
    words.insert(words.begin(), executable("fieldhook"));
    return run_program(words, environment);
  }
  /// What it prints for programs; it must succeed.
  Json json_of(std::vector<std::string> words) {
    words.push_back("--json");
    const Ran ran = fieldhook(words);
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
    return Json::parse(ran.out);
  }

  HostProcess host_;
};

}  // namespace fh::test
