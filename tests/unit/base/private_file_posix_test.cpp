#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/private_file.h"
#include "support/temp_folder.h"

namespace fh {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

// Nothing is kept from others by the umask.
class PrivateFile : public testing::Test {
 protected:
  ~PrivateFile() override { ::umask(before_); }
  const mode_t before_ = ::umask(0);
  const test::TempFolder folder_;
};

TEST_F(PrivateFile, IsItsOwnersAlone) {
  make_private_file(folder_ / "file");
  EXPECT_EQ(mode_of(folder_ / "file"), 0600U);
  make_private_folder(folder_ / "folder");
  EXPECT_EQ(mode_of(folder_ / "folder"), 0700U);
}

TEST_F(PrivateFile, ThatIsThereKeepsItsMode) {
  make_private_file(folder_ / "file");
  ::chmod((folder_ / "file").c_str(), 0640);
  make_private_file(folder_ / "file");
  EXPECT_EQ(mode_of(folder_ / "file"), 0640U);
  make_private_folder(folder_ / "folder");
  ::chmod((folder_ / "folder").c_str(), 0755);
  make_private_folder(folder_ / "folder");
  EXPECT_EQ(mode_of(folder_ / "folder"), 0755U);
}

TEST_F(PrivateFile, IsMadeWhereALinkPoints) {
  std::filesystem::create_symlink("there", folder_ / "link");
  make_private_file(folder_ / "link");
  EXPECT_EQ(mode_of(folder_ / "there"), 0600U);
}

TEST_F(PrivateFile, AFolderThatOthersMayWriteIsClosedToThemAndThatIsLogged) {
  std::filesystem::create_directory(folder_ / "folder");
  ASSERT_EQ(mode_of(folder_ / "folder"), 0777U);
  testing::internal::CaptureStderr();
  make_private_folder(folder_ / "folder");
  EXPECT_EQ(mode_of(folder_ / "folder"), 0755U);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("folder_was_open folder=" + (folder_ / "folder").string()), std::string::npos)
      << log;
}

TEST_F(PrivateFile, AFolderOfSomebodyElseIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "to give a folder away needs root";
  std::filesystem::create_directory(folder_ / "folder");
  ASSERT_EQ(::chown((folder_ / "folder").c_str(), 65534, 65534), 0);
  EXPECT_THROW(make_private_folder(folder_ / "folder"), HostError);
}

TEST_F(PrivateFile, AFolderThatCannotBeMadeIsAnError) {
  make_private_file(folder_ / "file");
  EXPECT_THROW(make_private_folder(folder_ / "file"), HostError);
  EXPECT_THROW(make_private_folder(folder_ / "no" / "folder"), HostError);
  EXPECT_THROW(make_folders(folder_ / "file" / "folder"), HostError);
}

TEST_F(PrivateFile, FoldersThatAreMissingAreForOthersToReadAtMost) {
  make_folders(folder_ / "a" / "b");
  EXPECT_EQ(mode_of(folder_ / "a"), 0755U);
  EXPECT_EQ(mode_of(folder_ / "a" / "b"), 0755U);
  EXPECT_EQ(mode_of(folder_.path()), 0700U) << "it was there";
  make_folders(folder_ / "a" / "b");
  make_folders("");
}

}  // namespace
}  // namespace fh
