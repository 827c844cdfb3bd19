// Holds the plugins of README.md and docs/plugin-guide.md to what the pages say: the code is cut
// out of the page, compiled with the page's own command, and run in a real worker.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "unit/docs/page.h"
#include "unit/worker/live_worker.h"

namespace fh::test {
namespace {

using Json = nlohmann::json;

// A folder with a welcome.cpp to come and the SDK in it, as the root of a clone has it.
class Clone {
 public:
  Clone()
      : path_(std::filesystem::temp_directory_path() /
              ("fieldhook-readme-test-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
    std::filesystem::create_directory_symlink(repository() / "sdk", path_ / "sdk");
  }
  Clone(const Clone&) = delete;
  Clone& operator=(const Clone&) = delete;
  ~Clone() { std::filesystem::remove_all(path_); }

  std::string file(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
  }

  /// What the command printed if it failed; "" when it did not.
  std::string run(const std::string& command) const {
    const std::string line = "cd '" + path_.string() + "' && " + command + " 2>&1";
    FILE* pipe = ::popen(line.c_str(), "r");
    if (pipe == nullptr) return "no shell";
    std::string printed;
    char part[4096];
    while (std::fgets(part, sizeof part, pipe) != nullptr) printed += part;
    const int status = ::pclose(pipe);
    const bool worked = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return worked ? "" : command + " failed:\n" + printed;
  }

 private:
  std::filesystem::path path_;
};

wire::Execute passed_review() {
  wire::Execute execute;
  execute.job_id = 7;
  execute.run = execute.attempt = 1;
  execute.max_attempts = 5;
  execute.plugin = "welcome";
  execute.record_type = "contact";
  execute.record_id = "42";
  execute.record = R"({"id":42,"first_name":"Priya","level2_review_status":"Passed"})";
  execute.event = R"({"id":1,"changes":{"level2_review_status":{"to":"Passed"}}})";
  execute.delivery = R"({"id":3})";
  execute.matched = R"(["contact level2_review_status becomes \"Passed\""])";
  return execute;
}

// Runs the plugin as a host would, and gives the line it logs.
std::string run_in_worker(const std::string& plugin) {
  LiveWorker worker(plugin);
  const Json manifest = Json::parse(worker.expect<wire::Hello>().manifest);
  EXPECT_EQ(manifest["name"], "welcome");
  EXPECT_EQ(manifest["watches"], Json::parse(R"([{"record": "contact",
      "field": "level2_review_status", "becomes": ["Passed"]}])"));
  worker.send(wire::Start{"{}"});
  worker.send(passed_review());
  const auto begin = worker.expect_call(wire::CallMethod::once_begin);
  EXPECT_EQ(begin.key, "welcome:42");
  worker.answer(begin, wire::CallStatus::ok, 1);
  const std::string logged = worker.expect<wire::Log>().text;
  worker.answer(worker.expect_call(wire::CallMethod::commit), wire::CallStatus::ok);
  EXPECT_EQ(worker.expect<wire::Finished>().outcome, wire::RunOutcome::done);
  return logged;
}

// Compiles the page's first block as the page says, and runs it.
std::string logged_by_plugin_of(const Page& page) {
  const Clone clone;
  clone.write("welcome.cpp", page.code("cpp").at(0));
  const std::string failure = clone.run(page.command("c++ "));
  EXPECT_EQ(failure, "");
  return failure.empty() ? run_in_worker(clone.file("welcome.so")) : "";
}

TEST(Readme, ItsPluginIsFifteenLinesAndRuns) {
  const Page page("README.md");
  const std::string code = page.code("cpp").at(0);
  EXPECT_EQ(std::count(code.begin(), code.end(), '\n'), 15);
  EXPECT_EQ(logged_by_plugin_of(page), "welcome, Priya");
}

TEST(PluginGuide, ItsPluginIsFifteenLinesAndRuns) {
  const Page page("docs/plugin-guide.md");
  const std::string code = page.code("cpp").at(0);
  EXPECT_LE(std::count(code.begin(), code.end(), '\n'), 15);
  EXPECT_EQ(logged_by_plugin_of(page), "welcome");
}

TEST(PluginGuide, ItsTableOfTheManifestHasEveryFieldInItsOrder) {
  std::vector<std::string> documented;
  for (const auto& row : Page("docs/plugin-guide.md").table("field"))
    documented.push_back(row.at(0));
  std::vector<std::string> fields;
  bool inside = false;
  const Page header("sdk/include/fieldhook/manifest.hpp");
  for (const std::string& line : header.lines()) {
    if (line == "};") inside = false;
    const auto end = line.find(" = ");
    if (inside && end != std::string::npos) {
      const auto begin = line.rfind(' ', end - 1) + 1;
      fields.push_back(line.substr(begin, end - begin));
    }
    if (line == "struct Manifest {") inside = true;
  }
  EXPECT_EQ(documented, fields);
}

TEST(PluginGuide, ItsOtherCodeCompiles) {
  const auto blocks = Page("docs/plugin-guide.md").code("cpp");
  ASSERT_GT(blocks.size(), 1U);
  std::string text =
      "#include <fieldhook/plugin.hpp>\n"
      "void send_certificate(const fieldhook::Contact& contact);\n"
      "int next_certificate_number();\n";
  for (std::size_t i = 1; i < blocks.size(); ++i)
    text += "fieldhook::Outcome block_" + std::to_string(i) +
            "(const fieldhook::Contact& contact, fieldhook::Context& context) {\n" + blocks[i] +
            "return fieldhook::Outcome::done();\n}\n";
  const Clone clone;
  clone.write("blocks.cpp", text);
  EXPECT_EQ(clone.run("c++ -std=c++20 -fsyntax-only -I sdk/include blocks.cpp"), "");
}

}  // namespace
}  // namespace fh::test
