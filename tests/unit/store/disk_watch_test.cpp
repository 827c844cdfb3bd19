#include "store/disk_watch.h"

#include <gtest/gtest.h>

#include <vector>

#include "store/checkpoint.h"

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
  std::uint64_t inside_ = 0;
  std::vector<bool> changes_;
  DiskWatch disk_{"/store.db", 64 * kMebibyte, [this] { return free_; },
                  [this] { return inside_; }};
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
  EXPECT_EQ(
      disk_.text(),
      "3 MiB are free on the store's disk, less than the 64 MiB of ingest.min_free_disk: make "
      "69 MiB of room on it");
  look_with(70);
  EXPECT_EQ(disk_.text(),
            "70 MiB are free on the store's disk, less than an eighth more than the 64 MiB of "
            "ingest.min_free_disk: make 2 MiB of room on it");
}

TEST_F(DiskWatchTest, CountsWhatIsFreeInsideTheStore) {
  look_with(40);
  EXPECT_TRUE(disk_.low());
  inside_ = 32 * kMebibyte;
  disk_.look();
  EXPECT_FALSE(disk_.low());
  EXPECT_EQ(disk_.text(), "40 MiB are free on the store's disk and 32 MiB in the store");
  inside_ = 1000 * kMebibyte;
  look_with(16);
  EXPECT_FALSE(disk_.low());
  look_with(15);
  EXPECT_TRUE(disk_.low()) << "the WAL is not in the store's file";
  EXPECT_EQ(
      disk_.text(),
      "15 MiB are free on the store's disk and 1000 MiB in the store, less than a quarter, on "
      "the disk, of the 64 MiB of ingest.min_free_disk: make 3 MiB of room on it");
  look_with(17);
  EXPECT_TRUE(disk_.low());
  look_with(18);
  EXPECT_FALSE(disk_.low());
}

TEST_F(DiskWatchTest, IsScarceWhereAWholeWalCouldMakeItLow) {
  const std::uint64_t wal = kWalBytes / kMebibyte + 1;
  look_with(64 + wal);
  EXPECT_FALSE(disk_.scarce());
  look_with(63 + wal - 1);
  EXPECT_TRUE(disk_.scarce());
  EXPECT_FALSE(disk_.low());
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

TEST(DiskWatch, OfADiskThatDoesNotAnswerSaysSoAndDoesNotTakeItForFull) {
  DiskWatch disk("/there is no such folder/store.db", 64 * kMebibyte);
  disk.look();
  EXPECT_FALSE(disk.known());
  EXPECT_FALSE(disk.low());
  EXPECT_EQ(disk.free_bytes(), 0U);
  EXPECT_EQ(disk.text(), "the store's disk does not say how much of it is free");
}

}  // namespace
}  // namespace fh
