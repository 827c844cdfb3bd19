#include "runtime/doctor.h"

#include <sqlite3.h>

#include <algorithm>
#include <fstream>

#include "store/store_lock.h"
#include "support/store_fixture.h"

namespace fh {
namespace {

namespace fs = std::filesystem;
using test::StoreTest;

class DoctorTest : public StoreTest {
 protected:
  DoctorTest() {
    config_.store = folder_ / "store.db";
    config_.plugins.directory = folder_ / "plugins";
    config_.ingest.min_free_disk = 1;
    fs::create_directory(config_.plugins.directory);
    fs::permissions(config_.plugins.directory, fs::perms::owner_all);
  }
  void TearDown() override {
    if (store_) store_->stop();
  }
  void close() {
    store_->stop();
    store_.reset();
  }
  /// As somebody with SQLite at hand would.
  void meddle(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(config_.store.c_str(), &db), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  /// The checks that are not good, each with something to do.
  std::vector<std::string> wrong() {
    std::vector<std::string> checks;
    for (const Finding& finding : examine(config_, clock_)) {
      EXPECT_FALSE(finding.found.empty());
      EXPECT_EQ(finding.good, finding.todo.empty()) << finding.check;
      if (!finding.good) checks.push_back(finding.check);
    }
    return checks;
  }
  using Checks = std::vector<std::string>;

  Config config_;
};

TEST_F(DoctorTest, FindsAStoreThatIsInUseGood) {
  StoreLock lock(config_.store.string(), {.workers = Millis(100)});
  add_job(record("1"));
  lease();
  EXPECT_EQ(wrong(), Checks());
}

TEST_F(DoctorTest, FindsAStoreThatWasClosedGood) {
  finish(*(add_job(record("1")), lease()), {});
  close();
  EXPECT_EQ(wrong(), Checks());
}

TEST_F(DoctorTest, FindsLeasesOfAHostThatIsGone) {
  add_job(record("1"));
  lease();
  close();
  EXPECT_EQ(wrong(), Checks{"leases"});
}

TEST_F(DoctorTest, FindsTalliesThatAreOff) {
  add_job(record("1"));
  close();
  meddle("UPDATE tallies SET jobs = 5");
  EXPECT_EQ(wrong(), Checks{"tallies"});
}

TEST_F(DoctorTest, FindsAClockThatIsBehindTheStore) {
  close();
  clock_.jump(-std::chrono::hours(1));
  EXPECT_EQ(wrong(), Checks{"clock"});
}

TEST_F(DoctorTest, FindsAClockGoodAgainWhenSomethingCameAfterItWasAhead) {
  clock_.jump(std::chrono::hours(24 * 400));
  add_job(record("1"));
  clock_.jump(-std::chrono::hours(24 * 400));
  write([](Transaction&) {});
  EXPECT_EQ(wrong(), Checks{"clock"}) << "it may be behind";
  add_job(record("2"));
  EXPECT_EQ(wrong(), Checks());
}

TEST_F(DoctorTest, FindsAFolderThatIsNotThereAndNoNumberForItsDisk) {
  close();
  config_.store = folder_ / "none" / "store.db";
  EXPECT_EQ(wrong(), (Checks{"store", "disk"}));
}

TEST_F(DoctorTest, FindsAFullDisk) {
  config_.ingest.min_free_disk = std::size_t{1} << 60U;
  EXPECT_EQ(wrong(), Checks{"disk"});
}

TEST_F(DoctorTest, FindsDamage) {
  for (int i = 0; i < 200; ++i) add_job(record(std::to_string(i)));
  close();
  {
    // Whole pages in the middle, with the schema left as it is.
    std::fstream bytes(config_.store, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = fs::file_size(config_.store);
    for (std::uintmax_t at = size / 2 / 4096 * 4096; at + 4096 <= size; at += 4096) {
      bytes.seekp(static_cast<std::streamoff>(at));
      bytes.write(std::string(4096, '\x5a').data(), 4096);
    }
  }
  const auto checks = wrong();
  EXPECT_TRUE(std::find(checks.begin(), checks.end(), "integrity") != checks.end());
}

TEST_F(DoctorTest, FindsAStoreThatIsNotThere) {
  close();
  config_.store = folder_ / "none.db";
  EXPECT_EQ(wrong(), Checks{"store"});
}

TEST_F(DoctorTest, SaysOfAStoreThatNoHostWouldTakeWhatTheHostWouldSay) {
  const fs::path copy = folder_ / "copy.db";
  fs::copy_file(config_.store, copy);  // while it is open
  const fs::path foreign = folder_ / "foreign.db";
  const fs::path folder = folder_ / "folder.db";
  fs::create_directory(folder);
  close();
  config_.store = foreign;
  meddle("CREATE TABLE notes (text)");
  const std::pair<fs::path, const char*> cases[] = {
      {copy, "was copied while a fieldhookd had it open"},
      {foreign, "of another program"},
      {folder, "is a folder"}};
  for (const auto& [store, said] : cases) {
    config_.store = store;
    EXPECT_EQ(wrong(), Checks{"store"});
    for (const Finding& finding : examine(config_, clock_))
      EXPECT_TRUE(finding.good || finding.found.find(said) != std::string::npos) << finding.found;
  }
}

TEST_F(DoctorTest, FindsPluginsThatAreMissingOrQuarantinedAndFilesThatAreRefused) {
  write([](Transaction& tx) {
    for (const char* name : {"gone", "crashing", "paused"})
      tx.plugins.put({name, "1", "b", "{}", std::string(name) + ".so", "active", "", tx.now});
    tx.holds.quarantine("crashing", "b", {"its workers crashed", {1}, tx.now});
    tx.holds.pause("paused", "ops", tx.now);
  });
  std::ofstream(config_.plugins.directory / "paused.so") << "no library";
  std::ofstream(config_.plugins.directory / "crashing.so") << "no library";
  EXPECT_EQ(wrong(), (Checks{"plugin", "plugin", "plugin folder", "plugin folder"}));
  fs::remove(config_.plugins.directory / "crashing.so");
  EXPECT_EQ(wrong(), (Checks{"plugin", "plugin", "plugin", "plugin folder"}))
      << "it is both quarantined and missing";
}

TEST_F(DoctorTest, FindsSettingsOfPluginsThatAreNotThere) {
  config_.plugins.settings["mial"] = Json::object();
  config_.plugins.secrets["mial"].emplace("key",
                                          SecretRef(SecretRef::Kind::env, "FIELDHOOK_UNSET"));
  EXPECT_EQ(wrong(), (Checks{"settings", "settings", "settings"}));
}

TEST_F(DoctorTest, FindsASourceWhoseSecretExpired) {
  SourceConfig& source = config_.sources.emplace_back();
  source.verify.scheme = BearerToken{};
  Secret& secret = source.verify.secrets.emplace_back(
      Secret{"2026-11", SecretRef(SecretRef::Kind::env, "FIELDHOOK_UNSET")});
  secret.not_after = clock_.now();
  EXPECT_EQ(wrong(), Checks());
  secret.not_after = clock_.now() - Millis(1);
  EXPECT_EQ(wrong(), Checks{"source"});
}

TEST_F(DoctorTest, FindsAPluginFolderThatOthersMayWrite) {
  fs::permissions(config_.plugins.directory, fs::perms::all);
  EXPECT_EQ(wrong(), Checks{"plugin folder"});
}

}  // namespace
}  // namespace fh
