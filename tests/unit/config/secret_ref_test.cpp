#include "config/secret_ref.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "config_file.h"

namespace fh {
namespace {

SecretRef ref(const std::string& text, const std::filesystem::path& folder = "/etc/x") {
  return SecretRef::parse(text, folder).value();
}

TEST(SecretRef, IsReadFromItsText) {
  EXPECT_EQ(ref("env:NAME").text(), "env:NAME");
  EXPECT_EQ(ref("file:secret").text(), "file:/etc/x/secret");
  EXPECT_EQ(ref("file:../secret").text(), "file:/etc/secret");
  EXPECT_EQ(ref("file:/run/secret").text(), "file:/run/secret");
  EXPECT_EQ(ref("credential:token").text(), "credential:token");
}

TEST(SecretRef, IsNeverALiteral) {
  for (const char* text : {"", "hunter2", "env:", "file:", "credential:", "env:A=B", "ENV:NAME",
                           "credential:../shadow", "credential:a/b", "credential:..", "https://x"})
    EXPECT_EQ(SecretRef::parse(text, "/"), std::nullopt) << text;
}

struct FileCase {
  std::string content;
  std::string secret;
};

TEST(SecretRef, LosesOneNewlineOfItsFile) {
  const ConfigFile file;
  for (const auto& [content, secret] :
       {FileCase{"s", "s"}, FileCase{"s\n", "s"}, FileCase{"s\r\n", "s"}, FileCase{"s\n\n", "s\n"},
        FileCase{" s ", " s "}, FileCase{std::string("a\0b\n", 4), std::string("a\0b", 3)}}) {
    file.write("secret", content);
    EXPECT_EQ(ref("file:secret", file.folder()).resolve(), secret);
  }
}

TEST(SecretRef, IsMissingUntilThereIsSomethingToRead) {
  const ConfigFile file;
  for (const char* name : {"file:nowhere", "file:."})
    EXPECT_THROW(ref(name, file.folder()).resolve(), SecretMissing) << name;
  file.write("empty", "");
  file.write("blank", "\n");
  file.write("large", std::string(70'000, 'x'));
  for (const char* name : {"file:empty", "file:blank", "file:large"}) try {
      ref(name, file.folder()).resolve();
      ADD_FAILURE() << name;
    } catch (const SecretMissing&) {
      ADD_FAILURE() << name << " is there";
    } catch (const HostError& error) {
      EXPECT_NE(std::string(error.what()).find(name + 5), std::string::npos) << error.what();
    }
}

TEST(SecretRef, ComesFromTheEnvironment) {
  ::setenv("FIELDHOOK_TEST_SECRET", "s", 1);
  EXPECT_EQ(ref("env:FIELDHOOK_TEST_SECRET").resolve(), "s");
  ::setenv("FIELDHOOK_TEST_SECRET", "", 1);
  EXPECT_THROW(ref("env:FIELDHOOK_TEST_SECRET").resolve(), HostError);
  ::unsetenv("FIELDHOOK_TEST_SECRET");
  EXPECT_THROW(ref("env:FIELDHOOK_TEST_SECRET").resolve(), SecretMissing);
}

TEST(SecretRef, ComesFromASystemdCredential) {
  const ConfigFile file;
  file.write("token", "s\n");
  ::setenv("CREDENTIALS_DIRECTORY", file.folder().c_str(), 1);
  EXPECT_EQ(ref("credential:token").resolve(), "s");
  EXPECT_THROW(ref("credential:other").resolve(), SecretMissing);
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_THROW(ref("credential:token").resolve(), SecretMissing);
}

}  // namespace
}  // namespace fh
