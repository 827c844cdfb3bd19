// A store that was copied, emptied, cut short or damaged.
#include "store/store_file.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "runtime/doctor.h"
#include "store/backup.h"
#include "support/store_fixture.h"

namespace fh {
namespace {

namespace fs = std::filesystem;
using test::StoreTest;

class StoreFile : public StoreTest {
 protected:
  void TearDown() override {
    if (store_) store_->stop();
  }
  fs::path file() const { return folder_ / "store.db"; }
  fs::path copy() const { return folder_ / "copy.db"; }
  void make_copy(bool with_wal = false) {
    fs::copy_file(file(), copy());
    if (with_wal) fs::copy_file(file().string() + "-wal", copy().string() + "-wal");
  }
  static std::string bytes_of(const fs::path& path) {
    std::ifstream bytes(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(bytes), {}};
  }
  /// Why the store is refused; "" when it is not.
  std::string refusal(const fs::path& path, const StoreOptions& options = {}) {
    try {
      Store store(path, clock_, options);
      return "";
    } catch (const HostError& error) {
      return error.what();
    }
  }
};

TEST_F(StoreFile, WhoseFolderCannotBeMadeIsRefusedBeforeAnythingStarts) {
  EXPECT_NO_THROW(refuse_unwritable(folder_ / "not" / "yet" / "store.db"));
  try {
    refuse_unwritable(file() / "below" / "a" / "file.db");
    FAIL() << "it would not start";
  } catch (const HostError& error) {
    const std::string why = error.what();
    EXPECT_NE(why.find("cannot be made: " + file().string() + " is no folder"), std::string::npos)
        << why;
  }
}

TEST_F(StoreFile, MayHaveANameThatAUriWouldReadOtherwise) {
  const fs::path odd = folder_ / "50%#1?mode=rw" / "store.db";
  fs::create_directory(odd.parent_path());
  Store store(odd, clock_);
  EXPECT_EQ(Views(store.reader()).last_delivery(), 0);
  EXPECT_TRUE(fs::exists(odd));
  EXPECT_EQ(std::distance(fs::directory_iterator(odd.parent_path()), {}), 3)
      << "with -wal and -shm";
}

TEST_F(StoreFile, CopiedWhileOpenIsRefusedWithWhatToDo) {
  add_job(record("1"));
  make_copy();
  const std::string why = refusal(copy());
  EXPECT_NE(why.find("was copied while a fieldhookd had it open"), std::string::npos) << why;
  EXPECT_NE(why.find("'fieldhook backup'"), std::string::npos) << why;
}

TEST_F(StoreFile, CopiedWhileOpenAndPutInTheOriginalsPlaceIsRefused) {
  add_job(record("1"));
  make_copy();
  store_->stop();
  store_.reset();
  fs::remove(file());
  fs::copy_file(copy(), file());
  EXPECT_NE(refusal(file()), "");
}

TEST_F(StoreFile, CopiedWithItsWalWhileOpenIsRefusedUnlessSomebodyVouchesForIt) {
  const auto job = add_job(record("1"));
  make_copy(true);
  EXPECT_NE(refusal(copy()), "");
  Store accepted(copy(), clock_, {.accept_copy = true});
  EXPECT_TRUE(Views(accepted.reader()).job(job));
  accepted.stop();
  EXPECT_EQ(refusal(copy()), "") << "it is a store of its own from then on";
}

TEST_F(StoreFile, CopiedAfterItsHostStoppedIsAStore) {
  const auto job = add_job(record("1"));
  store_->stop();
  make_copy();
  Store copied(copy(), clock_);
  EXPECT_TRUE(Views(copied.reader()).job(job));
  copied.stop();
  open();
}

TEST_F(StoreFile, MovedAfterItsHostStoppedIsAStore) {
  store_->stop();
  store_.reset();
  fs::rename(file(), copy());
  EXPECT_EQ(refusal(copy()), "");
}

TEST_F(StoreFile, EmptiedIsRefusedOnceAHostHasWorkedWithIt) {
  store_->stop();
  store_.reset();
  fs::resize_file(file(), 0);
  EXPECT_EQ(refusal(file()), "") << "nobody has got far enough to lose anything";
  fs::remove(file());
  fs::create_directory(file().string() + ".builds");
  EXPECT_EQ(refusal(file()), "") << "a store that was deleted is made again";
  fs::resize_file(file(), 0);
  const std::string why = refusal(file());
  EXPECT_NE(why.find("restore a backup"), std::string::npos) << why;
}

// SQLite deletes a WAL whose file has no page, even where it was to read it only.
TEST_F(StoreFile, ThatIsGoneOrEmptyWhileItsWalIsThereIsRefusedAndTheWalKept) {
  add_job(record("1"));
  const fs::path wal = copy().string() + "-wal";
  fs::copy_file(file().string() + "-wal", wal);
  const std::string accepted = bytes_of(wal);
  ASSERT_FALSE(accepted.empty());
  for (const char* what : {"is missing", "is empty"}) {
    if (what == std::string("is empty")) std::ofstream{copy()};
    EXPECT_NE(refusal(copy()).find(what), std::string::npos) << refusal(copy());
    EXPECT_NE(refusal(copy()).find("put the file back"), std::string::npos);
    EXPECT_THROW(back_up_store(copy(), folder_ / "backup.db", clock_.now()), HostError);
    Config config;
    config.store = copy();
    const auto findings = examine(config, clock_);
    const auto store = std::find_if(findings.begin(), findings.end(), [](const Finding& finding) {
      return finding.check == "store";
    });
    ASSERT_NE(store, findings.end());
    EXPECT_NE(store->found.find(what), std::string::npos) << store->found;
    EXPECT_EQ(bytes_of(wal), accepted) << what;
  }
}

TEST_F(StoreFile, OfAnotherProgramIsRefusedUntouched) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(copy().c_str(), &db), SQLITE_OK);
  for (const char* sql : {"CREATE TABLE notes (text)", "INSERT INTO notes VALUES ('of somebody')"})
    ASSERT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  const std::string before = bytes_of(copy());
  const std::string why = refusal(copy());
  EXPECT_NE(why.find("of another program"), std::string::npos) << why;
  EXPECT_EQ(bytes_of(copy()), before);
}

TEST_F(StoreFile, ThatIsAFolderIsRefused) {
  fs::create_directory(copy());
  EXPECT_NE(refusal(copy()).find("is a folder"), std::string::npos) << refusal(copy());
}

TEST_F(StoreFile, ThatIsAnotherUsersIsRefusedWithTheReason) {
  if (::geteuid() != 0) GTEST_SKIP() << "to be another user needs root";
  constexpr uid_t kNobody = 65534;
  store_->stop();
  fs::permissions(folder_.path(), fs::perms::all);
  fs::permissions(file(), fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_EQ(::seteuid(kNobody), 0);
  const std::string why = refusal(file());
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_NE(why.find("store.db: Permission denied"), std::string::npos) << why;
}

TEST_F(StoreFile, ThatWasDeletedMeanwhileCannotBeRead) {
  fs::remove(file());
  EXPECT_THROW(Views(store_->reader()).jobs({}), HostError);
}

TEST_F(StoreFile, CutShortIsRefusedWithWhatToDo) {
  for (int i = 0; i < 50; ++i) add_job(record(std::to_string(i)));
  store_->stop();
  store_.reset();
  fs::resize_file(file(), fs::file_size(file()) / 2);
  const std::string why = refusal(file());
  EXPECT_NE(why.find("restore a backup"), std::string::npos) << why;
}

TEST_F(StoreFile, DamagedIsRefusedWithWhatToDo) {
  store_->stop();
  store_.reset();
  {
    std::fstream bytes(file(), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(100);  // behind the head of the file: the schema
    const std::string garbage(2000, '\x5a');
    bytes.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
  }
  const std::string why = refusal(file());
  EXPECT_NE(why.find("restore a backup"), std::string::npos) << why;
}

}  // namespace
}  // namespace fh
