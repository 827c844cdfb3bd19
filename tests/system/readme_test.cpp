// The commands of README.md, one after the other in one shell, in a folder that looks like a clone:
// "Write a plugin" with a host of the test where `./dev demo` would be, "Configure", and "Operate"
// with a folder of the test as the file system's root, whose host then is started as the unit says.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <regex>
#include <sstream>

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
  Clone() {
    fs::create_directory(path() / "build");
    for (const char* name : {"sdk", "tests", "config"})
      fs::create_directory_symlink(repository() / name, path() / name);
    for (const char* name : {"bin", "plugins"})
      fs::create_directory_symlink(fs::path(FIELDHOOK_BINARY_DIR) / name, path() / "build" / name);
  }
  const fs::path& path() const { return folder_.path(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path() / name) << text;
  }
  /// As far as the first that fails.
  Ran run(const std::string& commands) const {
    return run_program({"/bin/sh", "-ec", "cd " + shell_quoted(path().string()) + "\n" + commands});
  }

 private:
  TempFolder folder_;
};

TEST(ReadmeCommands, LeadFromTheFifteenLinesToAJob) {
  HostProcess host;
  host.config()["sources"][0]["name"] = "insites-contact";
  host.start();

  const Page page("README.md");
  const Clone clone;
  fs::create_directories(clone.path() / "var/demo");
  fs::create_directory_symlink(host.plugin_folder(), clone.path() / "var/demo/plugins");
  fs::create_symlink(host.folder() / "host.log", clone.path() / "var/demo/host.log");
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
  const Ran ran = clone.run(commands);
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("accepted: delivery 1, 1 job\n"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find(" plugin_active plugin=welcome "), std::string::npos) << ran.out;
  host.wait_for(1, "completed");
}

TEST(ReadmeCommands, ShowTheExampleWithItsDefaults) {
  const Ran ran = Clone().run(block_of(Page("README.md"), "build/bin/fieldhook config show"));
  ASSERT_EQ(ran.code, 0) << ran.err;
  const Json shown = Json::parse(ran.out);
  EXPECT_EQ(shown["workers"]["max"], 16) << "the example's";
  EXPECT_EQ(shown["workers"]["cancel_grace"], "5s") << "by default";
}

// A folder with what the unit and the example expect of a system.
class Installed : public ::testing::Test {
 protected:
  Installed() {
    for (const char* name : {"usr/local/bin", "etc/systemd/system", "etc/fieldhook/credentials",
                             "var/lib/fieldhook", "var/log/fieldhook"})
      fs::create_directories(root_ / name);
  }
  /// With the paths below this root where they are the system's.
  std::string moved(const std::string& text) const {
    return std::regex_replace(text, std::regex("/(usr/local|etc|var)/"),
                              root_.path().string() + "$&");
  }
  std::string unit_value(const std::string& key) const {
    for (const std::string& line : lines_of(root_ / "etc/systemd/system/fieldhookd.service"))
      if (line.starts_with(key + "=")) return line.substr(key.size() + 1);
    return "";
  }
  Json configuration() const {
    Json config = Json::parse(moved(text_of(repository() / "config/example.json")),
                              /*cb=*/nullptr, /*allow_exceptions=*/true, /*ignore_comments=*/true);
    for (const char* port : {"ingest", "admin"}) config[port]["listen"] = "127.0.0.1:0";
    config["log"]["file"] = log().string();
    return config;
  }
  fs::path log() const { return root_ / "var/log/fieldhook/host.log"; }
  TempFolder root_;
};

TEST_F(Installed, HostStartsAsTheUnitSays) {
  const std::string commands =
      std::regex_replace(block_of(Page("README.md"), "sudo install"), std::regex("sudo "), "");
  const Ran ran = Clone().run(moved(commands));
  ASSERT_EQ(ran.code, 0) << ran.err;

  std::ofstream(root_ / "etc/fieldhook/fieldhook.json") << configuration().dump();
  for (const char* name : {"admin_token", "webhook_secret", "webhook_token", "smtp_password"})
    std::ofstream(root_ / "etc/fieldhook/credentials" / name) << "a secret of sixteen bytes";
  std::istringstream words(moved(unit_value("ExecStart")));
  SpawnOptions options;
  options.arguments = {"/usr/bin/setpriv", "--pdeathsig", "KILL"};
  for (std::string word; words >> word;) options.arguments.push_back(word);
  Environment environment = plain_environment();
  environment["CREDENTIALS_DIRECTORY"] = (root_ / "etc/fieldhook/credentials").string();
  options.environment = environment_list(environment);

  ChildProcess host(options);
  const auto said = [&](const std::string& text) {
    return text_of(log()).find(text) != std::string::npos;
  };
  EXPECT_TRUE(eventually(kPatience, [&] {
    return said(" ready ingest=") && said(" plugin_active plugin=issue-certificate ");
  })) << text_of(log());
  ::kill(host.pid(), SIGTERM);
  EXPECT_EQ(host.reap(kPatience).value().code, 0) << text_of(log());
  EXPECT_TRUE(fs::exists(root_ / "var/lib/fieldhook/fieldhook.db"));
}

}  // namespace
}  // namespace fh::test
