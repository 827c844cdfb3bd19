#include <gtest/gtest.h>

#include <fstream>

#include "base/check.h"
#include "store/store_file.h"
#include "support/temp_folder.h"

namespace fh {
namespace {

namespace fs = std::filesystem;

class FileIdentity : public testing::Test {
 protected:
  fs::path made(const std::string& name) const {
    std::ofstream(folder_ / name) << "a store";
    return folder_ / name;
  }
  test::TempFolder folder_;
};

TEST_F(FileIdentity, StaysWhenTheFileIsWrittenAndRenamed) {
  const fs::path file = made("store.db");
  const std::string before = file_identity(file);
  EXPECT_FALSE(before.empty());
  std::ofstream(file, std::ios::app) << " and more";
  EXPECT_EQ(file_identity(file), before);
  fs::rename(file, folder_ / "moved.db");
  EXPECT_EQ(file_identity(folder_ / "moved.db"), before);
}

TEST_F(FileIdentity, OfACopyIsAnother) {
  const fs::path file = made("store.db");
  fs::copy_file(file, folder_ / "copy.db");
  EXPECT_NE(file_identity(folder_ / "copy.db"), file_identity(file));
}

TEST_F(FileIdentity, CanBeAskedWhileTheFileIsOpen) {
  const fs::path file = made("store.db");
  const std::ofstream open(file, std::ios::app);
  EXPECT_FALSE(file_identity(file).empty());
}

TEST_F(FileIdentity, OfAMissingFileIsAnError) {
  EXPECT_THROW(file_identity(folder_ / "missing.db"), HostError);
}

}  // namespace
}  // namespace fh
