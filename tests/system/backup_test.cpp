// fieldhook backup and fieldhook doctor, with and without a host that runs.
#include <gtest/gtest.h>

#include <fstream>

#include "system/host_process.h"
#include "system/load.h"

namespace fh::test {
namespace {

namespace fs = std::filesystem;

class Upkeep : public ::testing::Test {
 protected:
  Upkeep() { host_.install("misbehave.so"); }
  Ran fieldhook(std::vector<std::string> words) {
    words.insert(words.begin(), executable("fieldhook"));
    words.push_back("--config=" + host_.config_file().string());
    return run_program(words, host_.environment());
  }
  /// The doctor's findings that are not good.
  Json wrong(int code) {
    const Ran ran = fieldhook({"doctor", "--json"});
    EXPECT_EQ(ran.code, code) << ran.out << ran.err;
    Json found = Json::array();
    for (const Json& finding : Json::parse(ran.out))
      if (finding["good"] == false) found.push_back(finding["check"]);
    return found;
  }
  void restore(const fs::path& backup) {
    for (const char* beside : {"", "-wal", "-shm"})
      fs::remove(host_.store_file().string() + beside);
    fs::copy_file(backup, host_.store_file());
  }
  HostProcess host_;
};

TEST_F(Upkeep, ABackupUnderLoadIsRestoredWithEverythingAcceptedBeforeIt) {
  host_.start();
  Load load(host_, 4, "sleep:5");
  ASSERT_TRUE(eventually(kPatience, [&] { return load.count() > 50; }));
  const Json newest = host_.api("deliveries?limit=1000");
  const fs::path backup = host_.folder() / "backup.db";
  const Ran made = fieldhook({"backup", backup.string(), "--json"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(Json::parse(made.out)["bytes"], fs::file_size(backup));
  EXPECT_EQ(fieldhook({"backup", backup.string()}).code, 1) << "it replaced a file";
  load.stop();
  EXPECT_EQ(host_.stop(), 0);
  restore(backup);
  host_.start();
  std::set<std::int64_t> before;
  for (const Json& delivery : newest) before.insert(delivery["id"].get<std::int64_t>());
  expect_all_completed(host_, before);
}

TEST_F(Upkeep, AStoreThatWasTakenFromAKilledHostCanBePutBackWithAllThatWasAccepted) {
  host_.start();
  const Json job = host_.run(contact_update("c-1", "ok"));
  host_.kill();
  const fs::path store = host_.store_file();
  const fs::path wal = store.string() + "-wal";
  const auto size = fs::file_size(wal);
  ASSERT_GT(size, 0U);
  const fs::path moved = host_.folder() / "moved.db";
  fs::rename(store, moved);
  for (const char* what : {"is missing", "is empty"}) {
    SCOPED_TRACE(what);
    if (what == std::string("is empty")) std::ofstream{store};
    const Ran host =
        run_program({executable("fieldhookd"), "--config=" + host_.config_file().string()},
                    host_.environment());
    EXPECT_NE(host.code, 0);
    EXPECT_NE(host.err.find(what), std::string::npos) << host.err;
    EXPECT_EQ(wrong(1), Json({"store"}));
    EXPECT_EQ(fieldhook({"backup", (host_.folder() / "backup.db").string()}).code, 1);
    EXPECT_EQ(fs::file_size(wal), size);
  }
  fs::rename(moved, store);
  host_.start();
  EXPECT_EQ(host_.job(job["id"])["state"], "completed");
}

TEST_F(Upkeep, ARestoredStoreRunsNothingWhileItsPluginFolderIsEmpty) {
  host_.start();
  const auto id = host_.job_of(host_.send(contact_update("c-1", "sleep:60000")));
  host_.wait_for(id, "running");
  const fs::path backup = host_.folder() / "backup.db";
  EXPECT_EQ(fieldhook({"backup", backup.string()}).code, 0);
  host_.kill();
  restore(backup);
  host_.uninstall("misbehave.so");
  host_.start();
  EXPECT_EQ(host_.job(id)["state"], "available");
  EXPECT_EQ(host_.admin("POST", "/api/v1/plugins/misbehave/pause").status, 200);
  host_.install("misbehave.so");
  ASSERT_TRUE(
      eventually(kPatience, [&] { return host_.plugin("misbehave")["state"] == "paused"; }));
  EXPECT_EQ(host_.admin("POST", "/api/v1/jobs/" + std::to_string(id) + "/discard").status, 200);
  EXPECT_EQ(host_.admin("POST", "/api/v1/plugins/misbehave/resume").status, 200);
  host_.run(contact_update("c-2", "ok"));
  EXPECT_EQ(host_.job(id)["runs"].size(), 1U);
}

TEST_F(Upkeep, ABackupOfAHostThatDoesNotRunIsRestored) {
  host_.start();
  const Json job = host_.run(contact_update("c-1", "ok"));
  host_.kill();
  const fs::path backup = host_.folder() / "backup.db";
  EXPECT_EQ(fieldhook({"backup", backup.string()}).code, 0);
  // The host itself recovers as ever.
  host_.start();
  EXPECT_EQ(host_.job(job["id"])["state"], "completed");
  EXPECT_EQ(host_.stop(), 0);
  restore(backup);
  host_.start();
  EXPECT_EQ(host_.job(job["id"])["state"], "completed");
}

TEST_F(Upkeep, TheDoctorFindsAHostThatRunsWell) {
  host_.start();
  host_.run(contact_update("c-1", "ok"));
  EXPECT_EQ(wrong(0), Json::array());
  const Ran ran = fieldhook({"doctor"});
  EXPECT_NE(ran.out.find("a fieldhookd runs with pid " + std::to_string(host_.pid())),
            std::string::npos)
      << ran.out;
}

// As one finds it who may not look at it.
TEST_F(Upkeep, TheDoctorThatCannotLookAtTheStoreDoesNotTakeItForGone) {
  const fs::path store = host_.store_file();
  fs::create_directories(store.parent_path());
  host_.write_config();
  for (const std::string& file : {store.string(), store.string() + ".lock"})
    fs::create_symlink(file, file);
  const Ran ran = fieldhook({"doctor", "--json"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out.find("restore a backup"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("run the doctor as the host's user"), std::string::npos) << ran.out;
}

TEST_F(Upkeep, TheDoctorFindsAKilledHostsLeasesAndTheNextStartCuresThem) {
  host_.start();
  const auto id = host_.job_of(host_.send(contact_update("c-1", "sleep:300")));
  host_.wait_for(id, "running");
  host_.kill();
  // Until its worker has noticed, the doctor still finds somebody on the store.
  EXPECT_TRUE(eventually(kPatience, [&] { return wrong(1) == Json::array({"leases"}); }));
  host_.start();
  host_.wait_for(id, "completed");
  EXPECT_EQ(wrong(0), Json::array());
  EXPECT_EQ(host_.stop(), 0);
  EXPECT_EQ(wrong(0), Json::array());
}

TEST_F(Upkeep, TheDoctorSaysWhatIsWrongWithConfigurationAndPlugins) {
  host_.start();
  std::ofstream(host_.plugin_folder() / "broken.so") << "no library";
  EXPECT_EQ(wrong(1), Json::array({"plugin folder"}));
  EXPECT_EQ(host_.stop(), 0);
  host_.config()["workers"]["maks"] = 3;
  host_.write_config();
  EXPECT_EQ(wrong(1), Json::array({"configuration"}));
  const Ran ran = fieldhook({"doctor"});
  EXPECT_NE(ran.out.find("did you mean \"max\"?"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("to do: "), std::string::npos) << ran.out;
  host_.config()["workers"].erase("maks");
  host_.start();
}

}  // namespace
}  // namespace fh::test
