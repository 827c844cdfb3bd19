#include "store/backup.h"

#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "queue/recover.h"
#include "store/inspection.h"
#include "support/store_fixture.h"

namespace fh {
namespace {

namespace fs = std::filesystem;
using test::StoreTest;

class BackupTest : public StoreTest {
 protected:
  void TearDown() override { store_->stop(); }
  fs::path file() const { return folder_ / "store.db"; }
  fs::path backup() const { return folder_ / "backup.db"; }
  std::uintmax_t back_up() { return back_up_store(file(), backup(), clock_.now()); }
};

TEST_F(BackupTest, OfAnOpenStoreIsAWholeStoreThatAnotherHostTakes) {
  const auto waiting = add_job(record("1"));
  const auto running = add_job(record("2"));
  ASSERT_EQ(lease()->id, waiting);
  EXPECT_GT(back_up(), 0U);
  add_job(record("3"));  // goes on meanwhile

  Store restored(backup(), clock_);
  restored.start();
  EXPECT_EQ(recover(restored), 1) << "what ran when it was made ran nowhere else since";
  EXPECT_EQ(Views(restored.reader()).job(waiting)->state, "available");
  EXPECT_EQ(Views(restored.reader()).job(running)->state, "available");
  EXPECT_EQ(Views(restored.reader()).jobs({}).size(), 2U);
  restored.stop();
}

TEST_F(BackupTest, IsOneFileForItsOwnerOnly) {
  back_up();
  EXPECT_FALSE(fs::exists(backup().string() + "-wal"));
  EXPECT_FALSE(fs::exists(backup().string() + ".partial"));
  struct stat status {};
  ASSERT_EQ(::stat(backup().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(BackupTest, NeverReplacesAFile) {
  back_up();
  const auto size = fs::file_size(backup());
  EXPECT_THROW(back_up(), HostError);
  EXPECT_EQ(fs::file_size(backup()), size);
}

TEST_F(BackupTest, OfAStoreThatIsNotThereSaysSo) {
  EXPECT_THROW(back_up_store(folder_ / "none.db", backup(), clock_.now()), HostError);
  EXPECT_FALSE(fs::exists(backup()));
  EXPECT_FALSE(fs::exists(folder_ / "none.db"));
}

TEST_F(BackupTest, OfAStoreThatNoHostWouldTakeIsRefused) {
  add_job(record("1"));
  const fs::path copied = folder_ / "copied.db";
  fs::copy_file(file(), copied);  // while it is open
  const fs::path emptied = folder_ / "emptied.db";
  std::ofstream(emptied).close();
  const fs::path lost = folder_ / "lost.db";
  std::ofstream(lost).close();
  fs::create_directory(lost.string() + ".builds");
  const std::pair<fs::path, const char*> cases[] = {
      {copied, "was copied while a fieldhookd had it open"},
      {emptied, "there is nothing in"},
      {lost, "a fieldhookd has worked with it before"}};
  for (const auto& [store, said] : cases) {
    SCOPED_TRACE(store);
    try {
      back_up_store(store, backup(), clock_.now());
      ADD_FAILURE() << "it was copied";
    } catch (const HostError& error) {
      EXPECT_NE(std::string(error.what()).find(said), std::string::npos) << error.what();
    }
    EXPECT_FALSE(fs::exists(backup()));
  }
}

TEST_F(BackupTest, OfAClosedStoreLeavesItAsItIs) {
  add_job(record("1"));
  store_->stop();
  back_up();
  EXPECT_EQ(Inspection(backup()).miscounts(), std::vector<std::string>());
  open();
  EXPECT_EQ(Views(store_->reader()).jobs({}).size(), 1U);
}

TEST_F(BackupTest, LeavesOutTheRoomThatIsFreeInTheStore) {
  for (int i = 0; i < 100; ++i) {
    add_job(record(std::to_string(i)));
    write([&](Transaction& tx) {
      NewDelivery delivery;
      delivery.id = 1000 + i;
      delivery.source = "s";
      delivery.status = DeliveryStatus::ignored;
      delivery.head = "[]";
      const std::string body(50'000, 'x');
      delivery.body = body;
      tx.deliveries.insert(delivery);
    });
  }
  clock_.advance(std::chrono::hours(1000));
  while (write([&](Transaction& tx) { return tx.retention.prune(test::kKeepLong, tx.now, 100); })) {
  }
  EXPECT_LT(back_up(), 2'000'000U);
  EXPECT_EQ(Inspection(backup()).miscounts(), std::vector<std::string>());
}

TEST_F(BackupTest, IsOfOneMomentWhileTheStoreIsWrittenTo) {
  std::atomic<bool> stop{false};
  std::jthread writer([&] {
    // A record and its job in one transaction: a copy of two moments would have one without the
    // other, and tallies that do not fit.
    for (int i = 0; !stop; ++i) add_job(record("w" + std::to_string(i)));
  });
  for (int i = 0; i < 10; ++i) {
    const fs::path to = folder_ / ("backup" + std::to_string(i));
    back_up_store(file(), to, clock_.now());
    Inspection inspection(to);
    EXPECT_EQ(inspection.damage(), std::vector<std::string>());
    EXPECT_EQ(inspection.miscounts(), std::vector<std::string>());
  }
  stop = true;
}

}  // namespace
}  // namespace fh
