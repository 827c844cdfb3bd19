#include "store/disk_watch.h"

#include <gtest/gtest.h>

#include <vector>

namespace fh {
namespace {

constexpr std::uint64_t kMebibyte = 1 << 20;

class DiskWatchTest : public testing::Test {
 protected:
  DiskWatchTest() {
    disk_.set_on_change([this](bool low) { changes_.push_back(low); });
  }
  void look_with(std::uint64_t mebibytes) {
    free_ = mebibytes * kMebibyte;
    disk_.look();
  }
  std::uint64_t free_ = 0;
  std::vector<bool> changes_;
  DiskWatch disk_{"/store.db", 64 * kMebibyte, [this] { return free_; }};
};

TEST_F(DiskWatchTest, IsLowBelowTheMarkAndGoodAgainAnEighthAboveIt) {
  look_with(64);
  EXPECT_FALSE(disk_.low());
  look_with(63);
  EXPECT_TRUE(disk_.low());
  look_with(71);
  EXPECT_TRUE(disk_.low()) << "not to and fro around the mark";
  look_with(72);
  EXPECT_FALSE(disk_.low());
  EXPECT_EQ(changes_, (std::vector<bool>{true, false}));
}

TEST_F(DiskWatchTest, SaysHowMuchIsThereAndHowMuchIsAskedFor) {
  look_with(100);
  EXPECT_EQ(disk_.text(), "100 MiB are free on the store's disk");
  look_with(3);
  EXPECT_EQ(disk_.text(),
            "3 MiB are free on the store's disk, less than the 64 MiB of ingest.min_free_disk");
}

TEST_F(DiskWatchTest, HasLookedWhenItWasStarted) {
  free_ = 0;
  disk_.start();
  EXPECT_TRUE(disk_.low());
  disk_.stop();
  EXPECT_EQ(changes_, std::vector<bool>{true});
}

TEST(DiskWatch, WithoutAMarkIsNeverLow) {
  DiskWatch disk("/store.db", 0, [] { return 0; });
  disk.look();
  EXPECT_FALSE(disk.low());
}

TEST(DiskWatch, ReadsTheDiskOfTheStore) {
  DiskWatch disk(std::filesystem::temp_directory_path() / "store.db", 1);
  disk.look();
  EXPECT_GT(disk.free_bytes(), 0U);
  EXPECT_FALSE(disk.low());
}

}  // namespace
}  // namespace fh
