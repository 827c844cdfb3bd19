#include "runtime/plugin_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "support/sanitizer.h"
#include "support/temp_folder.h"

namespace fh {
namespace {

using Trust = PluginsConfig::Trust;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

class PluginFile : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_ / "builds");
    ::chmod(folder_.path().c_str(), 0755);
  }

  std::filesystem::path put(const std::string& bytes, mode_t mode = 0644) {
    const auto path = folder_ / "plugin.so";
    std::filesystem::remove(path);
    std::ofstream(path, std::ios::binary) << bytes;
    ::chmod(path.c_str(), mode);
    return path;
  }

  JudgedFile judge(const std::filesystem::path& file, Trust trust = Trust::owner) {
    return judge_plugin_file(file, trust, folder_ / "builds");
  }
  /// "" when the file was taken.
  std::string refusal(const std::filesystem::path& file, Trust trust = Trust::owner) {
    const JudgedFile judged = judge(file, trust);
    const auto* refused = std::get_if<PluginRefusal>(&judged);
    return refused == nullptr ? "" : refused->reason;
  }

  const std::string whole_ = read_file(FIELDHOOK_TEST_PLUGINS "/c_plugin.so");
  test::TempFolder folder_;
};

TEST_F(PluginFile, AWholeLibraryIsCopiedUnderItsHash) {
  const JudgedFile judged = judge(put(whole_));
  const auto& copy = std::get<PluginCopy>(judged);
  EXPECT_EQ(copy.build.size(), 64u);
  EXPECT_EQ(copy.path.filename(), copy.build + ".so");
  EXPECT_EQ(read_file(copy.path), whole_);
  EXPECT_EQ(std::get<PluginCopy>(judge(put(whole_))).build, copy.build);
}

TEST_F(PluginFile, IsNotRefusedForWantOfADescriptor) {
  if (test::kNeedsDescriptors) GTEST_SKIP() << "the sanitizer needs descriptors";
  const auto file = put(whole_);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  EXPECT_THROW(judge(file), HostError);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(refusal(file), "");
}

TEST_F(PluginFile, TheFolderOfCopiesIsMadeAnewWhenItIsGone) {
  std::filesystem::remove_all(folder_ / "builds");
  EXPECT_EQ(read_file(std::get<PluginCopy>(judge(put(whole_))).path), whole_);
}

// Somebody may have had the folder before.
TEST_F(PluginFile, ACopyThatIsNotWhatItsNameSaysIsMadeAnew) {
  const auto copy = std::get<PluginCopy>(judge(put(whole_)));
  EXPECT_TRUE(is_sound_copy(copy.path));
  std::string other = whole_;
  other.back() = static_cast<char>(other.back() ^ 1);
  std::filesystem::permissions(copy.path, std::filesystem::perms::owner_all);
  std::ofstream(copy.path, std::ios::binary) << other;
  EXPECT_FALSE(is_sound_copy(copy.path));
  ASSERT_EQ(std::get<PluginCopy>(judge(put(whole_))).path, copy.path);
  EXPECT_EQ(read_file(copy.path), whole_);
}

TEST_F(PluginFile, ACopyThatOthersCouldChangeIsMadeAnew) {
  const auto copy = std::get<PluginCopy>(judge(put(whole_))).path;
  const auto is_made_anew = [&] {
    EXPECT_FALSE(is_sound_copy(copy));
    judge(put(whole_));
    return is_sound_copy(copy) && read_file(copy) == whole_;
  };
  ::chmod(copy.c_str(), 0722);
  EXPECT_TRUE(is_made_anew());
  const auto elsewhere = folder_ / "elsewhere";
  std::filesystem::rename(copy, elsewhere);
  std::filesystem::create_symlink(elsewhere, copy);
  EXPECT_TRUE(is_made_anew());
  if (::geteuid() != 0) return;  // to give a file away needs root
  ASSERT_EQ(::chown(copy.c_str(), 65534, 65534), 0);
  EXPECT_TRUE(is_made_anew());
}

TEST_F(PluginFile, AFileCutAnywhereIsRefused) {
  for (std::size_t part = 0; part < 200; ++part) {
    const std::size_t size = whole_.size() * part / 200;
    EXPECT_NE(refusal(put(whole_.substr(0, size))), "") << size << " of " << whole_.size();
  }
  EXPECT_NE(refusal(put(whole_.substr(0, whole_.size() - 1))), "");
}

TEST_F(PluginFile, HeadersThatPointBeyondTheFileAreRefused) {
  // Each 8-byte word of the ELF header in turn becomes huge; none may pass as a part of the file
  // that is not there, and nothing may be read beyond the end.
  for (const std::size_t offset : {32u, 40u}) {
    std::string bytes = whole_;
    bytes.replace(offset, 8, 8, '\x7f');
    EXPECT_NE(refusal(put(bytes)), "") << offset;
  }
}

TEST_F(PluginFile, WhatIsNoLibraryIsRefused) {
  EXPECT_NE(refusal(put("")), "");
  EXPECT_NE(refusal(put("#!/bin/sh\n")), "");
  EXPECT_NE(refusal(put(read_file(FIELDHOOK_WORKER_PATH).substr(0, 4) + std::string(100, '\0'))),
            "");
  std::string other_machine = whole_;
  other_machine[18] = 0x28;  // e_machine: ARM
  EXPECT_NE(refusal(put(other_machine)).find("for this machine"), std::string::npos);
}

TEST_F(PluginFile, WhatOthersMayWriteIsNotTrusted) {
  EXPECT_NE(refusal(put(whole_, 0664)).find("chmod go-w"), std::string::npos);
  EXPECT_NE(refusal(put(whole_, 0646)).find("chmod go-w"), std::string::npos);
  EXPECT_EQ(refusal(put(whole_, 0666), Trust::none), "");
  EXPECT_EQ(refusal(put(whole_, 0755)), "");
}

TEST_F(PluginFile, WhatIsNoRegularFileIsRefusedWithoutWaiting) {
  const auto fifo = folder_ / "fifo.so";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_NE(refusal(fifo), "");
  EXPECT_NE(refusal(folder_ / "builds"), "");
  EXPECT_NE(refusal(folder_ / "missing.so"), "");
}

TEST_F(PluginFile, AFolderThatOthersMayWriteIsNotTrusted) {
  EXPECT_EQ(mistrust_of_folder(folder_.path(), Trust::owner), "");
  ::chmod(folder_.path().c_str(), 0777);
  EXPECT_NE(mistrust_of_folder(folder_.path(), Trust::owner), "");
  EXPECT_EQ(mistrust_of_folder(folder_.path(), Trust::none), "");
  EXPECT_NE(mistrust_of_folder(folder_ / "missing", Trust::none), "");
}

}  // namespace
}  // namespace fh
