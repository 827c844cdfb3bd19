#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "issue-certificate/outbox.h"
#include "issue_certificate_fixture.h"

namespace {

using namespace certificate;
using namespace certificate_test;
namespace fs = std::filesystem;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

TEST(Outbox, MakesTheFolderAndLeavesOnlyTheFile) {
  const TemporaryFolder folder;
  const fs::path outbox = folder.path() / "a" / "b";
  const std::string bytes("one\0two\n", 8);
  EXPECT_EQ(put_file(outbox, "k.eml", bytes), outbox / "k.eml");
  EXPECT_EQ(read_file(outbox / "k.eml"), bytes);
  EXPECT_EQ(names_in(outbox), std::vector<std::string>{"k.eml"});
}

TEST(Outbox, OnlyTheOwnerReads) {
  const TemporaryFolder folder;
  const auto path = put_file(folder.path(), "k.eml", "x");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST(Outbox, OverwritesWhatAKilledAttemptLeft) {
  const TemporaryFolder folder;
  write_file(folder.path() / ".k.eml.part", std::string(100, 'x'));
  put_file(folder.path(), "k.eml", "short");
  EXPECT_EQ(read_file(folder.path() / "k.eml"), "short");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"k.eml"});
}

TEST(Outbox, DoesNotFollowALinkLaidOutForIt) {
  const TemporaryFolder folder;
  write_file(folder.path() / "precious", "precious");
  fs::create_symlink(folder.path() / "precious", folder.path() / ".k.eml.part");
  EXPECT_THROW(put_file(folder.path(), "k.eml", "x"), std::system_error);
  EXPECT_EQ(read_file(folder.path() / "precious"), "precious");
}

TEST(Outbox, MayBeALinkToAFolder) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "disk");
  fs::create_directory_symlink(folder.path() / "disk", folder.path() / "outbox");
  put_file(folder.path() / "outbox", "k.eml", "x");
  EXPECT_EQ(read_file(folder.path() / "disk" / "k.eml"), "x");
}

TEST(Outbox, SaysWhichPathCannotBeWritten) {
  const TemporaryFolder folder;
  write_file(folder.path() / "file", "");
  try {
    put_file(folder.path() / "file" / "outbox", "k.eml", "x");
    FAIL() << "a folder inside a file";
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string(error.what()).find("file/outbox"), std::string::npos) << error.what();
  }
}

TEST(Outbox, AReaderNeverSeesHalfAFile) {
  const TemporaryFolder folder;
  const std::string first(1 << 20, 'a');
  const std::string second(1 << 20, 'b');
  put_file(folder.path(), "k.eml", first);
  std::atomic<bool> stop = false;
  std::jthread writer([&] {
    for (int i = 0; i < 20; ++i) put_file(folder.path(), "k.eml", i % 2 == 0 ? second : first);
    stop = true;
  });
  do {
    const std::string seen = read_file(folder.path() / "k.eml");
    ASSERT_TRUE(seen == first || seen == second) << seen.size();
  } while (!stop);
}

TEST(Outbox, AKilledWriterLeavesAWholeFileOrNone) {
  const std::string bytes(4 << 20, 'x');
  for (int round = 0; round < 20; ++round) {
    const TemporaryFolder folder;
    const fs::path outbox = folder.path() / "outbox";
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      put_file(outbox, "k.eml", bytes);
      ::_exit(0);
    }
    // Rounds differ in how far the writer gets: this is its head start.
    const auto until = std::chrono::steady_clock::now() + round * std::chrono::microseconds(200);
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    if (fs::exists(outbox / "k.eml")) {
      EXPECT_EQ(fs::file_size(outbox / "k.eml"), bytes.size());
    }
  }
}

}  // namespace
