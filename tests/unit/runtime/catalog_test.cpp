// What the catalog says of the stored plugins while it starts, and what is left when the store or
// the disk fails it. Judging files: tests/system/reload_test.cpp.
#include "runtime/catalog.h"

#include <Poco/Data/Session.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/ingest_fixture.h"

namespace fh::test {
namespace {

using CatalogTest = IngestTest;

class StartingCatalog : public IngestTest {
 protected:
  void store_plugin(const std::string& name) {
    write([&](Transaction& tx) {
      tx.plugins.put({name, "1", "build", R"({"name":")" + name + R"(","watches":[]})",
                      name + ".so", "active", "", tx.now});
    });
  }
  /// Starts the catalog, and whether the plugin could run at any moment meanwhile.
  bool could_run_while_starting(const std::string& name) {
    catalog_ = std::make_unique<Catalog>(options_, *store_, clock_);
    std::atomic<bool> started = false, could_run = false;
    const std::jthread asking([&] {
      while (!started)
        if (const auto plugin = catalog_->find(name); plugin && plugin->can_run()) could_run = true;
    });
    catalog_->start();
    started = true;
    return could_run;
  }
};

TEST_F(StartingCatalog, LetsNoPluginRunWhoseFileIsGone) {
  store_plugin("gone");
  EXPECT_FALSE(could_run_while_starting("gone"));
  EXPECT_EQ(catalog_->find("gone")->state(), "missing");
  EXPECT_NE(catalog_->find("gone")->reason().find("plugins remove gone"), std::string::npos);
}

TEST_F(CatalogTest, JudgesAFileAgainThatItCouldNotJudge) {
  options_.worker = FIELDHOOK_WORKER_PATH;
  options_.handshake = std::chrono::seconds(20);
  open_catalog();
  std::filesystem::remove_all(options_.builds);
  std::ofstream(options_.builds) << "no folder can be made here";
  std::filesystem::copy_file(FIELDHOOK_TEST_PLUGINS "/misbehave.so",
                             options_.plugins.directory / "misbehave.so");
  catalog_->judge_folder();
  ASSERT_EQ(catalog_->refused().size(), 1U);
  EXPECT_EQ(catalog_->refused()[0].file, "misbehave.so");
  std::filesystem::remove(options_.builds);
  catalog_->judge_folder();
  ASSERT_TRUE(catalog_->find("misbehave"));
  EXPECT_EQ(catalog_->find("misbehave")->state(), "active");
}

TEST_F(StartingCatalog, LetsNoPluginRunThatIsPaused) {
  store_plugin("held");
  write([](Transaction& tx) { tx.holds.pause("held", "test", tx.now); });
  std::ofstream(folder_ / "plugins" / "held.so") << "is there, and refused";
  EXPECT_FALSE(could_run_while_starting("held"));
  EXPECT_EQ(catalog_->find("held")->state(), "paused");
}

TEST_F(CatalogTest, ARemovalThatWasCutShortCanBeFinished) {
  watch("p", "[]");
  const auto job = add_job(record("c-1"));
  using Poco::Data::Keywords::now;
  Poco::Data::Session session("SQLite", (folder_ / "store.db").string());
  session
      << "CREATE TRIGGER full BEFORE INSERT ON job_history BEGIN SELECT RAISE(FAIL, 'full'); END",
      now;
  EXPECT_THROW((void)catalog_->remove("p", "test"), StoreError);
  EXPECT_FALSE(catalog_->find("p"));
  EXPECT_EQ(state_of(job), "available");
  session << "DROP TRIGGER full", now;
  EXPECT_EQ(catalog_->remove("p", "test").cancelled, 1);
  EXPECT_EQ(state_of(job), "cancelled");
  EXPECT_EQ(catalog_->remove("p", "test").result, Removal::Result::unknown);
}

TEST_F(CatalogTest, WhatHoldsAPluginBackIsStoredAndKnownOrNeither) {
  watch("p", "[]");
  catalog_->pause("p", "test");
  const auto is_paused = [&] {
    return write([](Transaction& tx) { return tx.holds.is_paused("p"); });
  };
  using Poco::Data::Keywords::now;
  Poco::Data::Session session("SQLite", (folder_ / "store.db").string());
  // No quarantine can be read.
  session << "INSERT INTO quarantines VALUES ('p', 'other', 'why', 'no list', 0)", now;
  EXPECT_ANY_THROW(catalog_->resume("p", "test"));
  EXPECT_TRUE(catalog_->find("p")->pause);
  EXPECT_TRUE(is_paused());
  session << "DELETE FROM quarantines", now;
  EXPECT_TRUE(catalog_->resume("p", "test"));
  EXPECT_FALSE(catalog_->find("p")->pause);
  EXPECT_FALSE(is_paused());
}

}  // namespace
}  // namespace fh::test
