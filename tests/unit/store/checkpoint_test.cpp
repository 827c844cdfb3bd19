// The WAL on a disk that has little room.
#include "store/checkpoint.h"

#include "store/disk_watch.h"
#include "store/read_connection.h"
#include "support/small_disk.h"
#include "support/store_fixture.h"

namespace fh {
namespace {

namespace fs = std::filesystem;
using test::SmallDisk;
using test::StoreTest;

constexpr std::uint64_t kMebibyte = 1 << 20;

class CheckpointTest : public StoreTest {
 protected:
  void TearDown() override { store_->stop(); }
  fs::path file() const { return folder_ / "store.db"; }
  static std::uintmax_t wal_of(const fs::path& store) {
    return fs::file_size(store.string() + "-wal");
  }
  void put(std::size_t bytes) {
    NewDelivery delivery;
    delivery.id = store_->new_delivery_id();
    delivery.source = "s";
    delivery.status = DeliveryStatus::ignored;
    delivery.head = "[]";
    const std::string body(bytes, 'x');
    delivery.body = body;
    write([&](Transaction& tx) { tx.deliveries.insert(delivery); });
  }
  /// What a host leaves that is killed now, on another disk.
  void leave_at(const fs::path& to) {
    for (const char* end : {"", "-wal"}) fs::copy_file(file().string() + end, to.string() + end);
  }
};

TEST_F(CheckpointTest, KeepsTheWalShortWhereRoomIsScarce) {
  put(4 * kMebibyte);
  EXPECT_GT(wal_of(file()), 4 * kMebibyte);
  store_->keep_wal_short(true);
  write([](Transaction&) {});
  write([](Transaction&) {});  // begins when the one before has ended
  EXPECT_EQ(wal_of(file()), 0U);
}

TEST_F(CheckpointTest, WaitsForNoReaderWhereRoomIsScarce) {
  put(4 * kMebibyte);
  {
    const SqliteHandle reader = open_for_reading(file());
    Database db(reader.get());
    db.run("BEGIN");
    auto query = db.query("SELECT count(*) FROM deliveries");
    ASSERT_TRUE(query.next());
    store_->keep_wal_short(true);
    put(4 * kMebibyte);
    write([](Transaction&) {});
    EXPECT_GT(wal_of(file()), 4 * kMebibyte);
  }
  write([](Transaction&) {});
  write([](Transaction&) {});
  EXPECT_EQ(wal_of(file()), 0U);
}

TEST_F(CheckpointTest, OfAKilledHostsWalGivesItsRoomBackBeforeAnythingIsWritten) {
  SmallDisk disk(32);
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small disk needs root";
  for (int i = 0; i < 8; ++i) put(kMebibyte);
  const fs::path left = disk / "store.db";
  leave_at(left);
  disk.fill(9 * kMebibyte);
  Store store(left.string(), clock_, {.accept_copy = true});
  EXPECT_LT(wal_of(left), kMebibyte);
  EXPECT_GT(fs::space(disk / "").available, 7 * kMebibyte);
  EXPECT_EQ(Views(store.reader()).deliveries({}).size(), 8U);
}

TEST_F(CheckpointTest, ThatHasNoRoomIsNotBegunAndTheStartSaysHowMuchToMake) {
  SmallDisk disk(32);
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small disk needs root";
  for (int i = 0; i < 8; ++i) put(kMebibyte);
  const fs::path left = disk / "store.db";
  leave_at(left);
  disk.fill(3 * kMebibyte);
  const auto size = fs::file_size(left);
  for (int i = 0; i < 2; ++i) try {
      const Store store(left.string(), clock_, {.accept_copy = true});
      ADD_FAILURE() << "it was taken";
    } catch (const HostError& error) {
      EXPECT_NE(std::string(error.what()).find(" MiB more must be free on the disk of "),
                std::string::npos)
          << error.what();
    }
  EXPECT_EQ(fs::file_size(left), size) << "what room there was is not spent";
  disk.make_room();
  Store store(left.string(), clock_, {.accept_copy = true});
  EXPECT_EQ(Views(store.reader()).deliveries({}).size(), 8U);
}

TEST_F(CheckpointTest, WhatIsFreeInsideTheStoreIsSeenByTheDiskWatch) {
  for (int i = 0; i < 8; ++i) put(kMebibyte);
  clock_.advance(std::chrono::hours(1000));
  while (write([&](Transaction& tx) { return tx.retention.prune(test::kKeepLong, tx.now, 100); })) {
  }
  DiskWatch disk(file(), 8 * kMebibyte, [] { return 4 * kMebibyte; });
  disk.look();
  EXPECT_FALSE(disk.low()) << disk.text();
}

}  // namespace
}  // namespace fh
