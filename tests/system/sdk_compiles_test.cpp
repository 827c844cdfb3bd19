// What a plugin's author is told by the compiler: one sentence, not a library's templates.
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "base/shell_quoted.h"
#include "support/temp_folder.h"
#include "system/program.h"

namespace fh::test {
namespace {

struct Plugin {
  const char* name;
  const char* body = "";  // of execute(contact, context)
  const char* command = "P";
  std::vector<const char*> errors = {};  // none: it compiles
  const char* standard = "-std=c++20";
  const char* watch = "contact(\"f\").changes()";
};

void PrintTo(const Plugin& plugin, std::ostream* out) { *out << plugin.name; }

std::string source_of(const Plugin& plugin) {
  return std::string(
             "#include <fieldhook/plugin.hpp>\n"
             "using namespace fieldhook;\n"
             "struct Struct {};\n"
             "struct P : Command {\n"
             "  Outcome execute(const Contact& contact, Context& context) override {\n"
             "    (void)contact; (void)context; ") +
         plugin.body +
         "\n    return Outcome::done();\n  }\n};\n"
         "template <class A, class B> struct Two : P {};\n"
         "using Both = Two<int, int>;\n"
         "FIELDHOOK_PLUGIN(" +
         plugin.command + ", {.name = \"p\", .watches = {" + plugin.watch + "}});\n";
}

class SdkCompiles : public ::testing::TestWithParam<Plugin> {};

TEST_P(SdkCompiles, OrSaysWhyNotInASentence) {
  const TempFolder folder;
  const std::string source = folder / "plugin.cpp";
  std::ofstream(source) << source_of(GetParam());
  const Ran ran = run_program({"/usr/bin/env", "c++", GetParam().standard, "-fsyntax-only", "-Wall",
                               "-Wextra", "-Woverloaded-virtual", "-Werror", "-I",
                               std::string(FIELDHOOK_SOURCE_DIR) + "/sdk/include", source});
  EXPECT_EQ(ran.code == 0, GetParam().errors.empty()) << ran.err;
  for (const char* error : GetParam().errors)
    EXPECT_NE(ran.err.find(error), std::string::npos) << ran.err;
}

INSTANTIATE_TEST_SUITE_P(
    Plugins, SdkCompiles,
    ::testing::Values(
        Plugin{.name = "WithoutAWarning",
               .body = "context.once(\"k\", [] { return std::map<std::string, Json>(); });",
               .command = "Both"},
        Plugin{.name = "WhatIsNoJson",
               .body = "context.step(\"k\", [] { return Struct(); });"
                       "context.step(\"k\", [] { return std::vector<std::string_view>(); });"
                       "(void)contact.get<char>(\"f\");",
               .errors = {"what once() and step() return is stored as JSON: return nothing, a bool",
                          "return std::string, not std::string_view or a pointer",
                          "JSON has no characters"}},
        Plugin{.name = "AnOptional",
               .body = "context.once(\"k\", [] { return std::optional(1); });",
               .errors = {"for a std::optional return fieldhook::Json"}},
        Plugin{.name = "NoCommand",
               .command = "Struct",
               .errors = {"FIELDHOOK_PLUGIN wants a class derived publicly from "
                          "fieldhook::Command"}},
        Plugin{.name = "AClassWithAComma",
               .command = "Two<int, int>",
               .errors = {"name it first, as in: using Mine"}},
        Plugin{.name = "ACharacter",
               .errors = {"write \"A\", not 'A'"},
               .watch = "contact(\"f\").becomes('A')"},
        Plugin{.name = "AnOlderCpp",
               .errors = {"fieldhook/plugin.hpp needs C++20: compile with -std=c++20"},
               .standard = "-std=c++17"}),
    [](const auto& test) { return test.param.name; });

// As docs/plugin-guide.md says.
TEST(SdkTemplate, RunsAsAProgramOfItsOwnUnderASanitizer) {
  const TempFolder folder;
  const std::filesystem::path sdk = std::filesystem::path(FIELDHOOK_SOURCE_DIR) / "sdk";
  const std::string program = folder / "try";
  const Ran compiled =
      run_program({"/usr/bin/env", "c++", "-std=c++20", "-g", "-fsanitize=address,undefined", "-I",
                   sdk / "include", sdk / "template/try_my_plugin.cpp", "-o", program},
                  plain_environment(), std::chrono::seconds(100));
  ASSERT_EQ(compiled.code, 0) << compiled.err;
  const Ran ran = run_program({program});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "log: welcome, Priya\nresult: null\ndone \n");
}

TEST(SdkTemplate, IsBuiltByThePagesOwnCommand) {
  std::ifstream page(std::string(FIELDHOOK_SOURCE_DIR) + "/docs/plugin-guide.md");
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  const auto begin = text.find("cmake -B ");
  ASSERT_NE(begin, std::string::npos);
  std::string command = text.substr(begin, text.find('`', begin) - begin);
  const std::string there = "<fieldhook>";
  ASSERT_NE(command.find(there), std::string::npos) << command;
  command.replace(command.find(there), there.size(), shell_quoted(FIELDHOOK_SOURCE_DIR));

  const TempFolder folder;
  std::filesystem::copy(std::filesystem::path(FIELDHOOK_SOURCE_DIR) / "sdk/template",
                        folder / "mine", std::filesystem::copy_options::recursive);
  const Ran ran = run_program(
      {"/bin/sh", "-c", "cd " + shell_quoted((folder / "mine").string()) + " && " + command},
      plain_environment(), std::chrono::seconds(100));
  EXPECT_EQ(ran.code, 0) << command << ran.out << ran.err;
  EXPECT_TRUE(std::filesystem::exists(folder / "mine/build/plugins/my_plugin.so"));
}

}  // namespace
}  // namespace fh::test
