// A file that is another, or was written to, is told apart though it looks as it did.
#include "runtime/file_stamp.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temp_folder.h"

namespace fh {
namespace {

namespace fs = std::filesystem;

class FileStampTest : public testing::Test {
 protected:
  FileStampTest() { write("build 1"); }

  void write(const std::string& bytes) { std::ofstream(file_, std::ios::binary) << bytes; }

  test::TempFolder folder_;
  const fs::path file_ = folder_ / "p.so";
};

TEST_F(FileStampTest, StaysWhileNobodyTouchesTheFile) {
  const FileStamp stamp = stamp_of(file_);
  std::string bytes;
  std::ifstream(file_) >> bytes;
  EXPECT_EQ(stamp_of(file_), stamp);
  EXPECT_NE(stamp, FileStamp{});
}

TEST_F(FileStampTest, IsAnotherForAnotherFileOfTheSameSizeAndTime) {
  const FileStamp stamp = stamp_of(file_);
  const fs::path next = folder_ / "next";
  std::ofstream(next, std::ios::binary) << "build 2";
  fs::last_write_time(next, fs::last_write_time(file_));
  fs::rename(next, file_);
  EXPECT_NE(stamp_of(file_), stamp);
}

TEST_F(FileStampTest, IsAnotherOnceTheFileWasWrittenToAndItsTimePutBack) {
  const FileStamp stamp = stamp_of(file_);
  const auto written = fs::last_write_time(file_);
  // Not at once: the system's clock for files goes in steps.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  do {
    write("build 2");
    fs::last_write_time(file_, written);
  } while (stamp_of(file_) == stamp && std::chrono::steady_clock::now() < patience);
  EXPECT_NE(stamp_of(file_), stamp);
}

TEST_F(FileStampTest, OfAFileThatIsGoneIsNotThatOfNone) {
  const FileStamp stamp = stamp_of(file_);
  fs::remove(file_);
  EXPECT_NE(stamp_of(file_), stamp);
  EXPECT_NE(stamp_of(file_), FileStamp{});
}

}  // namespace
}  // namespace fh
