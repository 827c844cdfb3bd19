// Starting a host: checks, refusals, one host per store, the daemon.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "support/damage.h"
#include "support/small_disk.h"
#include "system/host_process.h"

namespace fh::test {
namespace {

namespace fs = std::filesystem;

class Start : public ::testing::Test {
 protected:
  Ran fieldhookd(const std::vector<std::string>& options) {
    std::vector<std::string> words = {executable("fieldhookd")};
    words.insert(words.end(), options.begin(), options.end());
    return run_program(words, host_.environment(), 20s);
  }
  std::string config_option() { return "--config=" + host_.config_file().string(); }
  void spoil_config() {
    host_.config()["sources"][0]["sender"] = "insight";
    host_.config()["workers"]["maks"] = 3;
    host_.config()["ingest"]["max_body"] = "much";
    host_.config()["admin"]["tokens"][0]["from"] = "env:FIELDHOOK_TEST_UNSET";
    host_.write_config();
  }
  static void expect_all_mistakes(const std::string& text) {
    for (const char* mistake :
         {"config: sources[0].sender \"insight\"", "(known: insites, hubspot, ",
          "config: workers: unknown key \"maks\" (did you mean \"max\"?)",
          "config: ingest.max_body", "config: admin.tokens[0].from", "FIELDHOOK_TEST_UNSET"})
      EXPECT_NE(text.find(mistake), std::string::npos) << mistake << " is not in:\n" << text;
  }
  HostProcess host_;
};

TEST_F(Start, CheckOfAGoodConfigurationExitsWith0AndTouchesNothing) {
  host_.write_config();
  const Ran checked = fieldhookd({config_option(), "--check"});
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_EQ(fieldhookd({"--check", "--config", host_.config_file().string()}).code, 0);
  EXPECT_FALSE(fs::exists(host_.store_file()));
}

TEST_F(Start, CheckFindsWhatTheStartWouldFail) {
  host_.config()["ingest"]["tls"] = {{"certificate", "none.crt"}, {"key", "none.key"}};
  host_.config()["plugins"]["directory"] = "no-plugins";
  host_.config()["log"]["file"] = "no-logs/host.log";
  host_.write_config();
  fs::create_directories(host_.store_file());
  const Ran checked = fieldhookd({config_option(), "--check"});
  EXPECT_EQ(checked.code, 2);
  const Ran asked = run_program({executable("fieldhook"), "config", "check", config_option()},
                                host_.environment());
  EXPECT_EQ(asked.code, 2);
  for (const std::string& text : {checked.err, asked.err})
    for (const char* obstacle : {"config: ingest.tls: cannot use", "fieldhook.db is a folder",
                                 "no-plugins is not a folder", "config: log.file: the folder "})
      EXPECT_NE(text.find(obstacle), std::string::npos) << obstacle << " is not in:\n" << text;
}

TEST_F(Start, CheckOfABadConfigurationExitsWith2AndEveryMistake) {
  spoil_config();
  const Ran checked = fieldhookd({config_option(), "--check"});
  EXPECT_EQ(checked.code, 2);
  expect_all_mistakes(checked.err);
}

TEST_F(Start, CheckFindsALogThatIsAFolder) {
  host_.config()["log"]["file"] = "logs";
  host_.write_config();
  fs::create_directory(host_.folder() / "logs");
  const Ran checked = fieldhookd({config_option(), "--check"});
  EXPECT_EQ(checked.code, 2);
  EXPECT_NE(checked.err.find("is a folder: name a file"), std::string::npos) << checked.err;
}

TEST_F(Start, WithABadConfigurationExitsWith2AndEveryMistake) {
  spoil_config();
  const Ran ran = fieldhookd({config_option()});
  EXPECT_EQ(ran.code, 2);
  expect_all_mistakes(ran.err);
}

TEST_F(Start, AsADaemonWithABadConfigurationExitsWith2OnTheCallersTerminal) {
  spoil_config();
  const fs::path pidfile = host_.folder() / "pid";
  const Ran ran = fieldhookd({config_option(), "--daemon", "--pidfile=" + pidfile.string()});
  EXPECT_EQ(ran.code, 2);
  expect_all_mistakes(ran.err);
  EXPECT_FALSE(fs::exists(pidfile));
}

TEST_F(Start, WithWrongOptionsExitsWith2AndTheUsage) {
  for (const std::vector<std::string>& options : {std::vector<std::string>{},
                                                  {"--cofnig=x"},
                                                  {"--config"},
                                                  {"--config=/nowhere/fieldhook.json"}}) {
    const Ran ran = fieldhookd(options);
    EXPECT_EQ(ran.code, 2);
    EXPECT_FALSE(ran.err.empty());
  }
  EXPECT_EQ(fieldhookd({"--help"}).code, 0);
  EXPECT_NE(fieldhookd({"--version"}).out.find(FIELDHOOK_VERSION), std::string::npos);
}

TEST_F(Start, ASecondHostOnOneStoreIsRefusedWithASentence) {
  host_.install("misbehave.so");
  host_.start();
  const Ran second = fieldhookd({config_option()});
  EXPECT_NE(second.code, 0);
  EXPECT_NE(second.err.find("is in use by the fieldhookd with pid " + std::to_string(host_.pid())),
            std::string::npos)
      << second.err;
  host_.run(contact_update("c-1", "ok"));
}

TEST_F(Start, AStoreOfANewerSchemaIsRefusedUntouched) {
  host_.start();
  EXPECT_EQ(host_.stop(), 0);
  change_store(host_.store_file(), "PRAGMA user_version = 99");
  const std::string before = text_of(host_.store_file());
  const Ran ran = fieldhookd({config_option()});
  EXPECT_NE(ran.code, 0);
  EXPECT_NE(ran.err.find("schema 99"), std::string::npos) << ran.err;
  EXPECT_EQ(text_of(host_.store_file()), before);
}

// Of each only that is asked which the start would like to know.
TEST_F(Start, DamageThatStopsNoJobStopsNoStart) {
  host_.install("misbehave.so");
  host_.start();
  host_.send(R"({"id":1})", "company");
  EXPECT_EQ(host_.stop(), 0);
  // So many that misbehave's would be on another page.
  change_store(host_.store_file(),
               "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
               " INSERT INTO quarantines SELECT 'gone', i, '', '[]', 0 FROM n");
  damage_row(host_.store_file(), "quarantines", "reason", "plugin = 'gone' AND build = '1'");
  damage_row(host_.store_file(), "deliveries", "head", "source = 'company'");
  host_.start();
  EXPECT_TRUE(host_.logged("holds_unreadable"));
  EXPECT_TRUE(host_.logged("last_delivery_unreadable source=company"));
  host_.run(contact_update("c-1", "ok"));
}

TEST_F(Start, AStoreThatIsNoneIsRefusedUntouched) {
  host_.write_config();
  fs::create_directories(host_.store_file().parent_path());
  const std::string notes = "these are somebody's notes, not a database\n" + std::string(5000, '.');
  std::ofstream(host_.store_file()) << notes;
  const Ran ran = fieldhookd({config_option()});
  EXPECT_NE(ran.code, 0);
  EXPECT_NE(ran.err.find("cannot open"), std::string::npos) << ran.err;
  EXPECT_EQ(text_of(host_.store_file()), notes);
}

TEST_F(Start, AStoreThatIsAFolderIsRefusedAtOnce) {
  host_.write_config();
  fs::create_directories(host_.store_file());
  const Ran ran = fieldhookd({config_option()});
  EXPECT_NE(ran.code, 0);
  EXPECT_NE(ran.err.find("is a folder"), std::string::npos) << ran.err;
}

// What somebody may do to a store's file, and what a host that is started on it says.
TEST_F(Start, AStoreThatCannotBeUsedIsRefusedWithWhatToDo) {
  host_.install("misbehave.so");
  host_.start();
  host_.run(contact_update("c-1", "ok"));
  const fs::path store = host_.store_file();
  const fs::path copy = host_.folder() / "copy.db";
  fs::copy_file(store, copy);  // while it is open
  EXPECT_EQ(host_.stop(), 0);
  const fs::path good = host_.folder() / "good.db";
  fs::copy_file(store, good);
  const auto spoil = [&](std::uintmax_t from) {
    std::fstream bytes(store, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(from));
    const std::string garbage(fs::file_size(store) - from, '\x5a');
    bytes.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
  };
  struct Deed {
    const char* name;
    std::function<void()> carry_out;
    const char* said;
  };
  const Deed deeds[] = {
      {"copied while open", [&] { fs::copy_file(copy, store); },
       "was copied while a fieldhookd had it open"},
      {"cut short", [&] { fs::resize_file(store, fs::file_size(store) / 2); }, "restore a backup"},
      {"emptied", [&] { fs::resize_file(store, 0); }, "restore a backup"},
      {"schema damaged", [&] { spoil(100); }, "restore a backup"},
      {"all but the schema damaged", [&] { spoil(4096); }, "restore a backup"},
  };
  for (const Deed& deed : deeds) {
    SCOPED_TRACE(deed.name);
    fs::remove(store);
    for (const char* beside : {"-wal", "-shm"}) fs::remove(store.string() + beside);
    if (deed.name != std::string("copied while open")) fs::copy_file(good, store);
    deed.carry_out();
    const Ran ran = fieldhookd({config_option()});
    EXPECT_NE(ran.code, 0);
    EXPECT_NE(ran.err.find(deed.said), std::string::npos) << ran.err;
    EXPECT_EQ(ran.err.find(" ready "), std::string::npos);
  }
  // The good one is taken, moved there as a restored backup would be.
  fs::remove(store);
  for (const char* beside : {"-wal", "-shm"}) fs::remove(store.string() + beside);
  fs::copy_file(good, store);
  host_.start();
  EXPECT_EQ(host_.api("jobs").size(), 1U);
}

TEST_F(Start, AStoreThatIsReadOnlyIsRefusedWithWhatToDo) {
  SmallDisk disk(40, host_.store_file().parent_path());
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small disk needs root";
  host_.start();
  EXPECT_EQ(host_.stop(), 0);
  ASSERT_TRUE(disk.make_read_only());
  const Ran ran = fieldhookd({config_option()});
  EXPECT_NE(ran.code, 0);
  EXPECT_NE(ran.err.find("Read-only file system"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("must be able to write"), std::string::npos) << ran.err;
}

TEST_F(Start, ACopyThatSomebodyVouchesForIsTaken) {
  host_.install("misbehave.so");
  host_.start();
  const Json job = host_.run(contact_update("c-1", "ok"));
  host_.kill();
  for (const char* beside : {"", "-wal"}) {
    const fs::path file = host_.store_file().string() + beside;
    fs::copy_file(file, file.string() + ".moved");
    fs::remove(file);
    fs::rename(file.string() + ".moved", file);
  }
  EXPECT_NE(fieldhookd({config_option()}).err.find("--accept-copy"), std::string::npos);
  host_.launch({"--accept-copy"});
  host_.wait_until_ready();
  EXPECT_EQ(host_.job(job["id"])["state"], "completed");
  EXPECT_EQ(host_.stop(), 0);
  host_.start();
}

TEST_F(Start, APortThatIsTakenIsSaid) {
  host_.start();
  Json other = host_.config();
  other["store"] = "sqlite:other/fieldhook.db";
  other["ingest"]["listen"] = "127.0.0.1:" + std::to_string(host_.ingest_port());
  const fs::path file = host_.folder() / "other.json";
  std::ofstream(file) << other.dump();
  const Ran ran = fieldhookd({"--config=" + file.string()});
  EXPECT_NE(ran.code, 0);
  EXPECT_NE(ran.err.find("ingest: cannot listen on"), std::string::npos) << ran.err;
}

TEST_F(Start, AnAddressThatTheMachineDoesNotHaveIsSaid) {
  host_.config()["ingest"]["listen"] = "192.0.2.1:0";  // set aside for documentation
  host_.write_config();
  const Ran ran = fieldhookd({config_option()});
  EXPECT_NE(ran.code, 0);
  EXPECT_NE(ran.err.find("no network interface of this machine has that address"),
            std::string::npos)
      << ran.err;
}

TEST_F(Start, APluginFolderThatIsMissingIsSaid) {
  host_.config()["plugins"]["directory"] = "nowhere";
  host_.write_config();
  const Ran ran = fieldhookd({config_option()});
  EXPECT_NE(ran.code, 0);
  EXPECT_NE(ran.err.find("nowhere is not a folder"), std::string::npos) << ran.err;
}

// What logrotate does: the file is moved away, and the host told.
TEST_F(Start, TheLogFileIsOpenedAnewAtSighupAndOtherSignalsEndNothing) {
  host_.config()["log"]["file"] = "host.log";  // where it is looked for
  host_.install("misbehave.so");
  host_.start();
  const fs::path log = host_.folder() / "host.log";
  const fs::path moved = host_.folder() / "host.log.1";
  fs::rename(log, moved);
  for (const int signal : {SIGUSR1, SIGUSR2, SIGHUP}) ::kill(host_.pid(), signal);
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.logged(" log_reopened file="); }));
  const std::string before = text_of(moved);
  host_.run(contact_update("c-1", "ok"));
  EXPECT_TRUE(host_.logged(" run_ended "));
  EXPECT_EQ(text_of(moved), before);
  EXPECT_EQ(host_.stop(), 0);
  EXPECT_TRUE(host_.logged(" info stopped"));
}

// A daemon of the test's own, ended with it whatever happens.
class Daemon : public Start {
 protected:
  Daemon() {
    host_.config()["log"]["file"] = "daemon.log";
    host_.install("misbehave.so");
    host_.write_config();
  }
  ~Daemon() override {
    for (const fs::path& pidfile : {host_.folder() / "pid", host_.folder() / "away" / "pid"})
      if (fs::exists(pidfile)) Process(std::stoi("0" + text_of(pidfile))).signal(SIGKILL);
    if (HasFailure()) std::cerr << text_of(host_.folder() / "daemon.log");
  }
  Ran start_daemon(const std::string& config, const std::string& pidfile,
                   const std::string& folder = ".") {
    return run_program(
        {"/usr/bin/env", "-C", (host_.folder() / folder).string(), executable("fieldhookd"),
         "--config=" + config, "--daemon", "--pidfile=" + pidfile},
        host_.environment(), 20s);
  }
  /// The daemon of that pidfile: whoever started it was told once it was ready.
  void expect_ready(const fs::path& pidfile) {
    daemon_.emplace(std::stoi("0" + text_of(pidfile)));
    ASSERT_TRUE(daemon_->is_alive());
    const std::string log = text_of(host_.folder() / "daemon.log");
    ASSERT_NE(log.find(" ready ingest="), std::string::npos) << log;
    port_ = static_cast<std::uint16_t>(std::stoi(log.substr(log.find(" ready ingest=") + 14)));
  }
  std::optional<Process> daemon_;
  std::uint16_t port_ = 0;
};

TEST_F(Daemon, WritesItsPidServesAndEndsAtSigterm) {
  const fs::path pidfile = host_.folder() / "pid";
  const Ran ran = start_daemon(host_.config_file().string(), pidfile.string());
  EXPECT_EQ(ran.code, 0) << ran.err;
  expect_ready(pidfile);
  HttpClient client(port_);
  const auto request = HostProcess::sign(contact_update("c-1", "ok"));
  EXPECT_EQ(client.call(request).json()["status"], "accepted");
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.runs().size() == 2; }));
  daemon_->signal(SIGTERM);
  EXPECT_TRUE(eventually(kPatience, [&] { return !daemon_->is_alive(); }));
  EXPECT_NE(text_of(host_.folder() / "daemon.log").find(" info stopped"), std::string::npos);
  EXPECT_FALSE(fs::exists(pidfile));
}

TEST_F(Daemon, TakesRelativePathsFromWhereItIsCalled) {
  fs::create_directory(host_.folder() / "away");
  const Ran ran = start_daemon("../fieldhook.json", "pid", "away");
  EXPECT_EQ(ran.code, 0) << ran.err;
  expect_ready(host_.folder() / "away" / "pid");
  daemon_->signal(SIGTERM);
  EXPECT_TRUE(eventually(kPatience, [&] { return !daemon_->is_alive(); }));
}

TEST_F(Daemon, ASecondOneIsRefusedOnTheCallersTerminalAndLeavesThePidFileAlone) {
  const fs::path pidfile = host_.folder() / "pid";
  EXPECT_EQ(start_daemon("fieldhook.json", "pid").code, 0);
  expect_ready(pidfile);
  const std::string pid = text_of(pidfile);
  const Ran second = start_daemon("fieldhook.json", "pid");
  EXPECT_EQ(second.code, 70);
  EXPECT_NE(second.err.find("is in use by the fieldhookd with pid"), std::string::npos)
      << second.err;
  // With a store of its own.
  host_.config()["store"] = "sqlite:other/fieldhook.db";
  host_.config()["log"].erase("file");
  host_.write_config();
  const Ran other = start_daemon("fieldhook.json", "pid");
  EXPECT_EQ(other.code, 70);
  EXPECT_NE(other.err.find("is that of the fieldhookd with pid"), std::string::npos) << other.err;
  EXPECT_EQ(text_of(pidfile), pid);
  EXPECT_TRUE(daemon_->is_alive());
}

TEST_F(Daemon, APidFileThatCannotBeWrittenIsSaidAndOneOfTheDeadIsTaken) {
  const Ran ran = start_daemon("fieldhook.json", "nowhere/pid");
  EXPECT_EQ(ran.code, 70);
  EXPECT_NE(ran.err.find("pid file: cannot write"), std::string::npos) << ran.err;
  std::ofstream(host_.folder() / "pid") << ::getpid() << "\n";  // lives, and is no host
  EXPECT_EQ(start_daemon("fieldhook.json", "pid").code, 0);
  expect_ready(host_.folder() / "pid");
}

}  // namespace
}  // namespace fh::test
