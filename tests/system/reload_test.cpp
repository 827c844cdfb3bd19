// Plugins come, change, break and go while the host runs, and no job pays for it.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <thread>

#include "system/host_process.h"
#include "system/load.h"
#include "system/made_plugin.h"

namespace fh::test {
namespace {

namespace fs = std::filesystem;

fs::path test_plugin(const std::string& file) { return fs::path(FIELDHOOK_TEST_PLUGINS) / file; }

class Reload : public ::testing::Test {
 protected:
  bool comes_to(const std::string& plugin, const std::string& key, const Json& value) {
    return eventually(kPatience, [&] {
      const Reply reply = host_.admin("GET", "/api/v1/plugins/" + plugin);
      return reply.status == 200 && reply.json()[key] == value;
    });
  }
  /// The reason why a file in the folder is not used.
  std::string refusal_of(const std::string& name) {
    std::string reason;
    const bool refused = eventually(kPatience, [&] {
      const Reply reply = host_.admin("GET", "/api/v1/plugins/" + name);
      if (reply.status != 200 || reply.json()["reason"].is_null()) return false;
      reason = reply.json()["reason"];
      return true;
    });
    return refused ? reason : "it was not refused";
  }
  HostProcess host_;
};

TEST_F(Reload, ANewVersionTakesOverUnderLoadWithoutLosingOrFailingAJob) {
  host_.install("misbehave.so");
  host_.start();
  const std::string old_build = host_.plugin("misbehave")["build"];
  std::atomic<bool> enough{false};
  std::vector<std::int64_t> accepted;
  std::thread sender([&, client = host_.ingest()]() mutable {
    for (int i = 0; !enough && i < 900; ++i) {
      // Not too far ahead of the workers: there is always work, and never much of it.
      if (!eventually(kPatience, [&] { return host_.runs().size() + 60 > 2 * accepted.size(); }))
        return;
      const auto body = contact_update("c-" + std::to_string(i % 7), "sleep:3", std::to_string(i));
      const auto reply = client.try_call(HostProcess::sign(body));
      if (reply && reply->status == 200) accepted.push_back(reply->json()["delivery"]);
    }
  });
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.runs().size() > 40; }));
  host_.install("misbehave_v2.so", "misbehave.so");
  EXPECT_TRUE(comes_to("misbehave", "version", "2.0.0"));
  const std::string new_build = host_.plugin("misbehave")["build"];
  EXPECT_NE(new_build, old_build);
  EXPECT_TRUE(eventually(kPatience, [&] {
    const Json jobs = host_.api("jobs?state=completed&limit=1");
    return !jobs.empty() && jobs[0]["build"] == new_build;
  }));
  enough = true;
  sender.join();

  std::map<std::string, int> builds;
  EXPECT_TRUE(eventually(
      kPatience, [&] { return host_.api("status")["jobs"]["completed"] == accepted.size(); }));
  for (const Json& job : host_.api("jobs?limit=1000")) {
    EXPECT_EQ(job["state"], "completed");
    ++builds[job["build"]];
  }
  EXPECT_GT(builds[new_build], 0);
  EXPECT_LE(builds.size(), 2U);
  const Json status = host_.api("status");
  for (const auto& [state, count] : status["jobs"].items())
    EXPECT_EQ(count, state == "completed" ? accepted.size() : 0U) << state;
  std::map<std::int64_t, int> starts;
  for (const LoggedRun& run : host_.runs())
    if (!run.end) ++starts[run.job];
  EXPECT_EQ(starts.size(), accepted.size());
  for (const auto& [job, count] : starts) EXPECT_EQ(count, 1) << "job " << job << " ran again";
}

TEST_F(Reload, ARunThatIsUnderWayEndsInItsOwnBuild) {
  host_.install("misbehave.so");
  host_.start();
  const std::string old_build = host_.plugin("misbehave")["build"];
  const std::int64_t id = host_.job_of(host_.send(contact_update("c-1", "sleep:900")));
  host_.wait_for(id, "running");
  host_.install("misbehave_v2.so", "misbehave.so");
  ASSERT_TRUE(comes_to("misbehave", "version", "2.0.0"));
  EXPECT_NE(host_.run(contact_update("c-2", "ok"))["build"], old_build);
  const Json job = host_.wait_for(id, "completed");
  EXPECT_EQ(job["build"], old_build);
  EXPECT_EQ(job["runs"].size(), 1U);
}

TEST_F(Reload, ANewVersionOfTheSameSizeAndTimeTakesOverToo) {
  std::string old_bytes = text_of(test_plugin("misbehave.so"));
  std::string new_bytes = text_of(test_plugin("misbehave_v2.so"));
  // What follows the last section is nobody's.
  const std::size_t size = std::max(old_bytes.size(), new_bytes.size());
  old_bytes.resize(size);
  new_bytes.resize(size);
  const fs::path file = host_.folder() / "build.so";
  std::ofstream(file, std::ios::binary) << old_bytes;
  host_.install_file(file, "misbehave.so");
  const fs::path installed = host_.plugin_folder() / "misbehave.so";
  const auto time = fs::last_write_time(installed);
  host_.start();
  std::ofstream(file, std::ios::binary | std::ios::trunc) << new_bytes;
  fs::last_write_time(file, time);
  fs::permissions(file, fs::status(installed).permissions());
  fs::rename(file, installed);
  EXPECT_TRUE(comes_to("misbehave", "version", "2.0.0"));
}

struct Broken {
  const char* name;
  const char* file;  // of the test plugins
  int percent;       // of the file that was copied
  const char* in_reason;
};

void PrintTo(const Broken& broken, std::ostream* out) { *out << broken.name; }

class ReloadBroken : public Reload, public ::testing::WithParamInterface<Broken> {};

TEST_P(ReloadBroken, IsRefusedWithItsReasonAndTheOldBuildGoesOn) {
  const Broken& broken = GetParam();
  host_.install("misbehave.so");
  host_.start();
  const Json before = host_.plugin("misbehave");
  const fs::path file = host_.folder() / "broken.so";
  const std::string bytes = text_of(test_plugin(broken.file));
  std::ofstream(file, std::ios::binary)
      << bytes.substr(0, bytes.size() * static_cast<std::size_t>(broken.percent) / 100);
  host_.install_file(file, "misbehave.so");
  EXPECT_NE(refusal_of("misbehave").find(broken.in_reason), std::string::npos)
      << refusal_of("misbehave");
  EXPECT_EQ(host_.plugin("misbehave")["build"], before["build"]);
  EXPECT_EQ(host_.plugin("misbehave")["state"], "active");
  EXPECT_EQ(host_.run(contact_update("c-1", "ok"))["build"], before["build"]);
  EXPECT_EQ(host_.log_lines(" plugin_refused ").size(), 1U);
  // Also on its own, where no plugin in force came from the file.
  host_.install_file(file, "other.so");
  EXPECT_NE(refusal_of("other.so").find(broken.in_reason), std::string::npos);
  EXPECT_EQ(host_.plugin("other.so")["state"], "refused");
  // Of the file that the operator knows, not of the private copy.
  EXPECT_FALSE(std::regex_search(refusal_of("other.so"), std::regex("[0-9a-f]{64}")))
      << refusal_of("other.so");
}

INSTANTIATE_TEST_SUITE_P(
    Files, ReloadBroken,
    ::testing::Values(Broken{"empty", "misbehave_v2.so", 0, "not a shared library"},
                      Broken{"beginning", "misbehave_v2.so", 3, "cut short"},
                      Broken{"half", "misbehave_v2.so", 50, "cut short"},
                      Broken{"almost_whole", "misbehave_v2.so", 99, "cut short"},
                      Broken{"a_text", "../CMakeCache.txt", 100, "not a shared library"},
                      Broken{"wrong_abi", "wrong_abi.so", 100, "99"},
                      Broken{"no_symbol", "no_symbol.so", 100, "fieldhook_plugin"},
                      Broken{"bad_manifest", "bad_manifest.so", 100, "manifest"},
                      Broken{"crash_at_load", "crash_at_load.so", 100, "signal 6"},
                      Broken{"throws_at_load", "throws_at_load.so", 100, "throws at load"},
                      Broken{"throws_in_initialiser", "throws_in_initialiser.so", 100,
                             "throws at load"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(Reload, ABrokenBuildUnderLoadCostsNoJob) {
  host_.install("misbehave.so");
  host_.start();
  const std::string build = host_.plugin("misbehave")["build"];
  Load load(host_, 2, "sleep:3");
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.runs().size() > 40; }));
  host_.install("crash_at_load.so", "misbehave.so");
  EXPECT_NE(refusal_of("misbehave").find("signal 6"), std::string::npos);
  load.stop();
  EXPECT_TRUE(load.surprises().empty()) << load.surprises().front();
  expect_all_completed(host_, load.accepted());
  for (const Json& job : host_.api("jobs?limit=1000")) EXPECT_EQ(job["build"], build);
  std::map<std::int64_t, int> starts;
  for (const LoggedRun& run : host_.runs())
    if (!run.end) ++starts[run.job];
  EXPECT_EQ(starts.size(), load.accepted().size());
  for (const auto& [job, count] : starts) EXPECT_EQ(count, 1) << "job " << job << " ran again";
}

TEST_F(Reload, ABrokenFileIsJudgedAgainOnceItIsWhole) {
  host_.start();
  const fs::path file = host_.folder() / "half.so";
  const std::string bytes = text_of(test_plugin("misbehave.so"));
  std::ofstream(file, std::ios::binary) << bytes.substr(0, bytes.size() / 2);
  host_.install_file(file, "misbehave.so");
  EXPECT_NE(refusal_of("misbehave.so").find("cut short"), std::string::npos);
  host_.install("misbehave.so");
  EXPECT_TRUE(comes_to("misbehave", "state", "active"));
  host_.run(contact_update("c-1", "ok"));
}

TEST_F(Reload, AFileThatIsCopiedInPlaceIsTakenOnceItIsWhole) {
  host_.install("misbehave.so");
  host_.start();
  host_.run(contact_update("c-1", "ok"));
  // As "cp" does it: over the old bytes, in pieces.
  const std::string bytes = text_of(test_plugin("misbehave_v2.so"));
  std::ofstream file(host_.plugin_folder() / "misbehave.so", std::ios::binary | std::ios::trunc);
  for (std::size_t at = 0; at < bytes.size(); at += 100'000) {
    file << bytes.substr(at, 100'000) << std::flush;
    host_.run(contact_update("c-1", "ok", std::to_string(at)));
  }
  file.close();
  EXPECT_TRUE(comes_to("misbehave", "version", "2.0.0"));
  host_.run(contact_update("c-1", "ok", "after"));
}

TEST_F(Reload, ANewPluginIsTakenIntoARunningHost) {
  host_.start();
  EXPECT_EQ(host_.send(contact_update("c-1", "ok"))["status"], "ignored");
  host_.install("misbehave.so");
  EXPECT_TRUE(comes_to("misbehave", "state", "active"));
  EXPECT_EQ(host_.send(contact_update("c-1", "ok"))["status"], "accepted");
}

// Nothing tells of a change in it, as on a system that dropped what it had to tell.
TEST_F(Reload, AFolderThatWasReplacedIsLookedAtAllTheSame) {
  host_.start();
  std::filesystem::rename(host_.plugin_folder(), host_.folder() / "old-plugins");
  std::filesystem::create_directory(host_.plugin_folder());
  std::filesystem::permissions(host_.plugin_folder(), std::filesystem::perms::owner_all);
  host_.install("c_plugin.so");
  EXPECT_TRUE(
      eventually(kPatience, [&] { return host_.logged("plugin_active plugin=c-plugin "); }));
}

TEST_F(Reload, ThePluginsOfTwoFilesCannotHaveOneName) {
  host_.install("misbehave.so");
  host_.start();
  host_.install("misbehave_v2.so");
  EXPECT_NE(refusal_of("misbehave_v2.so").find("provided by misbehave.so"), std::string::npos);
  EXPECT_EQ(host_.plugin("misbehave")["version"], "1.0.0");
  // The other one is judged again once the first is gone.
  host_.uninstall("misbehave.so");
  EXPECT_TRUE(comes_to("misbehave", "version", "2.0.0"));
  EXPECT_EQ(host_.plugin("misbehave")["state"], "active");
}

TEST_F(Reload, JobsOfAMissingPluginWaitUntilItsFileIsBack) {
  host_.install("misbehave.so");
  host_.start();
  host_.uninstall("misbehave.so");
  ASSERT_TRUE(comes_to("misbehave", "state", "missing"));
  EXPECT_FALSE(host_.plugin("misbehave")["reason"].is_null());
  const Json answer = host_.send(contact_update("c-1", "ok"));
  EXPECT_EQ(answer["status"], "accepted");
  const std::int64_t id = host_.job_of(answer);
  EXPECT_EQ(host_.job(id)["state"], "available");
  // Over a restart too: its watches are in the store.
  EXPECT_EQ(host_.stop(), 0);
  host_.start();
  EXPECT_EQ(host_.plugin("misbehave")["state"], "missing");
  EXPECT_EQ(host_.send(contact_update("c-2", "ok"))["status"], "accepted");
  EXPECT_EQ(host_.job(id)["state"], "available");
  host_.install("misbehave.so");
  host_.wait_for(id, "completed");
  EXPECT_EQ(host_.plugin("misbehave")["state"], "active");
}

TEST_F(Reload, RemoveEndsThePluginAndItsWaitingJobs) {
  host_.install("misbehave.so");
  host_.start();
  EXPECT_EQ(host_.admin("DELETE", "/api/v1/plugins/misbehave").status, 409);
  host_.uninstall("misbehave.so");
  ASSERT_TRUE(comes_to("misbehave", "state", "missing"));
  const std::int64_t first = host_.job_of(host_.send(contact_update("c-1", "ok")));
  const std::int64_t second = host_.job_of(host_.send(contact_update("c-1", "ok", "2")));
  const Reply reply = host_.admin("DELETE", "/api/v1/plugins/misbehave");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["cancelled"], 2);
  EXPECT_EQ(host_.job(first)["state"], "cancelled");
  EXPECT_EQ(host_.job(second)["state"], "cancelled");
  EXPECT_EQ(host_.send(contact_update("c-2", "ok"))["status"], "ignored");
  EXPECT_EQ(host_.admin("DELETE", "/api/v1/plugins/misbehave").status, 404);
  EXPECT_EQ(host_.stop(), 0);
  host_.start();
  EXPECT_EQ(host_.admin("GET", "/api/v1/plugins/misbehave").status, 404);
}

TEST_F(Reload, AFileThatTakesTooLongToLoadIsRefused) {
  host_.config()["workers"]["handshake"] = "300ms";
  const fs::path file = host_.folder() / "slow.so";
  make_plugin(file, watching("slow", "contact", "slow"),
              "host->done(run, none);\n}\n"
              "__attribute__((constructor)) static void hang(void) {\n  for (;;) getchar();");
  host_.install_file(file, "slow.so");
  host_.start();
  EXPECT_NE(refusal_of("slow.so").find("workers.handshake"), std::string::npos);
}

TEST_F(Reload, AFileThatOthersMayWriteIsNotTrusted) {
  host_.install("misbehave.so");
  fs::permissions(host_.plugin_folder() / "misbehave.so", fs::perms::group_write,
                  fs::perm_options::add);
  host_.start();
  EXPECT_NE(refusal_of("misbehave.so").find("chmod"), std::string::npos);
  EXPECT_EQ(host_.send(contact_update("c-1", "ok"))["status"], "ignored");
  fs::permissions(host_.plugin_folder() / "misbehave.so", fs::perms::group_write,
                  fs::perm_options::remove);
  EXPECT_TRUE(comes_to("misbehave", "state", "active"));
}

TEST_F(Reload, NothingNewIsTakenFromAFolderThatOthersMayWrite) {
  host_.start();
  fs::permissions(host_.plugin_folder(), fs::perms::others_write, fs::perm_options::add);
  host_.install("misbehave.so");
  EXPECT_TRUE(eventually(kPatience, [&] { return host_.logged("plugin_folder_failed"); }));
  EXPECT_EQ(host_.send(contact_update("c-1", "ok"))["status"], "ignored");
  fs::permissions(host_.plugin_folder(), fs::perms::others_write, fs::perm_options::remove);
  EXPECT_TRUE(comes_to("misbehave", "state", "active"));
}

TEST_F(Reload, AFolderInWhichSomethingIsWrittenAllTheTimeIsJudgedToo) {
  host_.start();
  const auto write = [&] { std::ofstream(host_.plugin_folder() / "some.log") << "a line"; };
  write();
  host_.install("misbehave.so");
  EXPECT_TRUE(eventually(kPatience, [&] {
    write();
    return host_.admin("GET", "/api/v1/plugins/misbehave").status == 200;
  }));
}

TEST_F(Reload, ARefusedFileIsJudgedAgainByItsOwnName) {
  host_.install("wrong_abi.so");
  host_.start();
  EXPECT_FALSE(refusal_of("wrong_abi.so").empty());
  const std::size_t said = host_.log_lines("plugin_refused").size();
  EXPECT_EQ(host_.admin("POST", "/api/v1/plugins/wrong_abi.so/reload").status, 200);
  EXPECT_EQ(host_.log_lines("plugin_refused").size(), said + 1);
  EXPECT_EQ(host_.admin("POST", "/api/v1/plugins/nope.so/reload").status, 404);
}

}  // namespace
}  // namespace fh::test
