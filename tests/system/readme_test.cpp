// The commands of README.md's "Write a plugin", one after the other in one shell, in a folder that
// looks like a clone, with a host of the test where `./dev demo` would be.
#include <gtest/gtest.h>

#include <fstream>

#include "base/shell_quoted.h"
#include "support/temp_folder.h"
#include "system/host_process.h"
#include "unit/docs/page.h"

namespace fh::test {
namespace {

namespace fs = std::filesystem;

// The indented lines from the one that begins so to the end of their block.
std::string block_of(const Page& page, const std::string& beginning) {
  std::string block;
  for (const std::string& line : page.lines()) {
    const bool indented = line.starts_with("    ");
    if (!block.empty() && !indented) break;
    if (indented && (!block.empty() || line.starts_with("    " + beginning)))
      block += line.substr(4) + "\n";
  }
  return block;
}

class Clone {
 public:
  explicit Clone(const HostProcess& host) {
    fs::create_directories(path() / "var/demo");
    fs::create_directory(path() / "build");
    fs::create_directory_symlink(repository() / "sdk", path() / "sdk");
    fs::create_directory_symlink(repository() / "tests", path() / "tests");
    fs::create_directory_symlink(fs::path(FIELDHOOK_BINARY_DIR) / "bin", path() / "build/bin");
    fs::create_directory_symlink(host.plugin_folder(), path() / "var/demo/plugins");
    fs::create_symlink(host.folder() / "host.log", path() / "var/demo/host.log");
  }
  const fs::path& path() const { return folder_.path(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path() / name) << text;
  }

 private:
  TempFolder folder_;
};

TEST(ReadmeCommands, LeadFromTheFifteenLinesToAJob) {
  HostProcess host;
  host.config()["sources"][0]["name"] = "insites-contact";
  host.start();

  const Page page("README.md");
  const Clone clone(host);
  clone.write("welcome.cpp", page.code("cpp").at(0));
  Json config = host.config();
  config["ingest"]["listen"] = "127.0.0.1:" + std::to_string(host.ingest_port());
  clone.write("fieldhook.json", config.dump());
  Environment environment = host.environment();
  environment["FIELDHOOK_URL"] = host.admin_url();
  environment["FIELDHOOK_TOKEN"] = kAdminToken;
  environment["FIELDHOOK_CONFIG"] = (clone.path() / "fieldhook.json").string();
  std::string exports;
  for (const auto& [name, value] : environment)
    exports += "export " + name + "=" + shell_quoted(value) + "\n";
  clone.write("var/demo/env", exports);

  const std::string commands = block_of(page, "c++ ");
  ASSERT_NE(commands.find("\ngrep "), std::string::npos) << commands;
  const Ran ran = run_program(
      {"/bin/sh", "-ec", "cd " + shell_quoted(clone.path().string()) + "\n" + commands});
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("accepted: delivery 1, 1 job\n"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find(" plugin_active plugin=welcome "), std::string::npos) << ran.out;
  host.wait_for(1, "completed");
}

}  // namespace
}  // namespace fh::test
