// What a plugin does to its worker is told in the job, and nobody else feels it.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <csignal>
#include <set>

#include "system/host_process.h"
#include "system/made_plugin.h"

namespace fh::test {
namespace {

std::string error_of(const Json& job, std::size_t run = 0) {
  const Json& error = job.at("runs").at(run).at("error");
  return error.is_null() ? "" : error.get<std::string>();
}

class Abuse : public ::testing::Test {
 protected:
  Abuse() {
    host_.leave_signals_alone();
    host_.install("misbehave.so");
    host_.limits("misbehave") = {{"timeout", "400ms"}, {"max_attempts", 2}};
  }
  void expect_all_is_well() {
    EXPECT_EQ(host_.admin("GET", "/healthz").status, 200);
    EXPECT_EQ(host_.run(contact_update("next", "ok"))["runs"][0]["outcome"], "done");
  }
  HostProcess host_;
};

// UndefinedBehaviorSanitizer sees the write through a null pointer coming, and ends the worker
// itself.
#if defined(__SANITIZE_ADDRESS__)
constexpr const char* kWriteToNull = "exit code 1";
#else
constexpr const char* kWriteToNull = "signal 11";
#endif

struct Crash {
  const char* deed;
  const char* how;
};

void PrintTo(const Crash& crash, std::ostream* out) { *out << crash.deed; }

class CrashAbuse : public Abuse, public ::testing::WithParamInterface<Crash> {};

TEST_P(CrashAbuse, IsTwiceACrashAndThenTheJobIsDead) {
  // A sanitizer takes its time to write down where it ended the worker.
  host_.limits("misbehave")["timeout"] = "10s";
  host_.start();
  const Json job = host_.run(contact_update("c-1", GetParam().deed), "dead");
  ASSERT_EQ(job["runs"].size(), 2U);
  for (std::size_t run = 0; run < 2; ++run) {
    EXPECT_EQ(job["runs"][run]["outcome"], "crashed");
    EXPECT_NE(error_of(job, run).find(GetParam().how), std::string::npos) << error_of(job, run);
  }
  // A crash is counted apart from the attempts.
  EXPECT_EQ(job["crashes"], 2);
  EXPECT_EQ(job["attempt"], 0);
  expect_all_is_well();
}

INSTANTIATE_TEST_SUITE_P(Worker, CrashAbuse,
                         ::testing::Values(Crash{"segfault", kWriteToNull},
                                           Crash{"abort", "signal 6"},
                                           Crash{"exit0", "exit code 0"},
                                           Crash{"stack-overflow", "signal 11"}),
                         [](const auto& test) {
                           std::string name = test.param.deed;
                           std::erase(name, '-');
                           return name;
                         });

class LastWords : public Abuse {
 protected:
  /// The dead job of a plugin that runs these lines of C and aborts.
  Json last_words_of(const std::string& deed) {
    const auto file = host_.folder() / "talker.so";
    make_plugin(file, watching("talker", "contact", "talk"), deed + " abort();");
    host_.install_file(file, "talker.so");
    host_.limits("talker")["backoff"] = "10ms";
    host_.start();
    return host_.run(field_update("c-1", "talk", "now"), "dead");
  }
};

TEST_F(LastWords, OfACrashedWorkerStandInItsRunsError) {
  const Json job = last_words_of(
      "for (int i = 1; i <= 25; i++) fprintf(stderr, \"line %d\\n\", i);"
      "fputs(\"an unfinished line\", stderr);");
  const std::string error = error_of(job);
  EXPECT_NE(error.find("signal 6"), std::string::npos);
  EXPECT_NE(error.find("line 24\nline 25\nan unfinished line"), std::string::npos) << error;
  EXPECT_EQ(error.find("line 3\n"), std::string::npos) << "only the last lines are kept";
  const std::string begin =
      "plugin_output job=" + job["id"].dump() + " plugin=talker stream=stderr";
  EXPECT_EQ(host_.log_lines(begin + " text=\"line 25\"").size(), 2U);
  EXPECT_EQ(host_.log_lines(begin + " text=\"an unfinished line\"").size(), 2U);
}

TEST_F(LastWords, ThatAreNoTextCutNothingOff) {
  const Json job = last_words_of(
      "fwrite(\"not text: \\0\\377\\033\\n\", 1, 14, stderr); fputs(\"the end\\n\", stderr);");
  EXPECT_NE(error_of(job).find("the end"), std::string::npos) << error_of(job);
}

TEST_F(Abuse, ARunThatHangsIsKilledAtItsTimeout) {
  host_.start();
  const std::int64_t id = host_.job_of(host_.send(contact_update("c-1", "hang")));
  const Process worker = host_.worker_of(id);
  const Json job = host_.wait_for(id, "dead");
  ASSERT_EQ(job["runs"].size(), 2U);
  EXPECT_EQ(job["runs"][0]["outcome"], "timed_out");
  EXPECT_NE(error_of(job).find("its timeout of 400ms: "), std::string::npos);
  EXPECT_FALSE(worker.is_alive());
  expect_all_is_well();
}

TEST_F(Abuse, ARunThatHeedsCancelledKeepsItsWorker) {
  host_.start();
  const std::int64_t id = host_.job_of(host_.send(contact_update("c-1", "hang-politely")));
  const Process worker = host_.worker_of(id);
  const Json job = host_.wait_for(id, "dead");
  EXPECT_EQ(job["runs"][0]["outcome"], "timed_out");
  EXPECT_NE(error_of(job).find(".timeout; then it said retry: cancelled"), std::string::npos)
      << error_of(job);
  const auto runs = host_.runs();
  EXPECT_TRUE(std::any_of(runs.begin(), runs.end(), [](const auto& run) { return run.end; }))
      << "it saw cancelled() and came to its end";
  EXPECT_TRUE(worker.is_alive());
  expect_all_is_well();
}

TEST_F(Abuse, ARunThatFailsForGoodAtItsDeadlineIsNotTriedAgain) {
  const auto file = host_.folder() / "giver.so";
  make_plugin(file, watching("giver", "contact", "give"),
              "while (!host->cancelled(run)) continue;"
              "host->fail(run, (fieldhook_string){\"for good\", 8});");
  host_.install_file(file, "giver.so");
  host_.limits("giver")["timeout"] = "100ms";
  host_.start();
  const Json job = host_.run(field_update("c-1", "give", "up"), "dead");
  ASSERT_EQ(job["runs"].size(), 1U);
  EXPECT_EQ(job["runs"][0]["outcome"], "fail");
  EXPECT_EQ(error_of(job), "for good");
}

TEST_F(Abuse, LogLinesAreCutAtACharacterAndAfterAThousand) {
  const auto file = host_.folder() / "logger.so";
  make_plugin(file, watching("logger", "contact", "write"),
              // A letter of one byte and then such of two, beyond 16 KiB.
              "static char text[20001] = \"x\";"
              "for (int i = 1; i < 20000; i += 2) { text[i] = '\\303'; text[i + 1] = '\\244'; }"
              "host->log(run, FIELDHOOK_LOG_INFO, (fieldhook_string){text, 20001});"
              "for (int i = 1; i < 1500; ++i)"
              "  host->log(run, FIELDHOOK_LOG_ERROR, (fieldhook_string){\"y\", 1});"
              "host->done(run, none);");
  host_.install_file(file, "logger.so");
  host_.start();
  const Json job = host_.run(field_update("c-1", "write", "now"));
  const std::string begin = "plugin_log job=" + job["id"].dump();
  const auto lines = host_.log_lines(begin);
  ASSERT_EQ(lines.size(), 1000U);
  std::string cut = "text=x";
  for (int i = 0; i < 8191; ++i) cut += "ä";
  EXPECT_NE(lines[0].find(cut), std::string::npos) << lines[0].size();
  EXPECT_EQ(lines[0].find(cut + "ä"), std::string::npos);
  EXPECT_EQ(host_.log_lines("plugin_output_cut job=" + job["id"].dump()).size(), 1U);
}

TEST_F(Abuse, StrayPrintingBecomesLogLinesOfItsJob) {
  host_.start();
  const Json job = host_.run(contact_update("c-1", "print"));
  const std::string begin = "plugin_output job=" + job["id"].dump() + " plugin=misbehave stream=";
  ASSERT_EQ(host_.log_lines(begin + "stdout").size(), 1U);
  EXPECT_NE(host_.log_lines(begin + "stdout")[0].find("stray output"), std::string::npos);
  ASSERT_EQ(host_.log_lines(begin + "stderr").size(), 1U);
  EXPECT_NE(host_.log_lines(begin + "stderr")[0].find("and on standard error"), std::string::npos);
  expect_all_is_well();
}

TEST_F(Abuse, MuchPrintingIsCutAndHoldsNobodyUp) {
  host_.start();
  const Json job = host_.run(contact_update("c-1", "print-much"));
  EXPECT_EQ(job["runs"][0]["outcome"], "done");
  const std::string id = job["id"].dump();
  EXPECT_EQ(host_.log_lines("plugin_output_cut job=" + id).size(), 1U);
  EXPECT_LE(host_.log_lines("plugin_output job=" + id).size(), 1000U);
  expect_all_is_well();
}

TEST_F(Abuse, AChildThatIsLeftBehindEndsWithItsWorker) {
  host_.start();
  EXPECT_EQ(host_.run(contact_update("c-1", "fork-child"))["runs"][0]["outcome"], "done");
  expect_all_is_well();
  const auto workers = host_.workers();
  ASSERT_EQ(workers.size(), 1U);
  const pid_t group = workers[0].pid();
  EXPECT_EQ(::kill(-group, 0), 0);
  EXPECT_EQ(host_.stop(), 0);
  // What nobody reaps still counts as a member, so it is looked at one by one.
  EXPECT_TRUE(eventually(kPatience, [&] { return living_members(group).empty(); }));
}

TEST_F(Abuse, AThreadThatIsLeftBehindIsToldThatItsRunIsOver) {
  host_.start();
  host_.run(contact_update("c-1", "detached-thread"));
  ASSERT_TRUE(eventually(kPatience, [&] { return !host_.effects().empty(); }));
  EXPECT_TRUE(host_.effects()[0].starts_with("late ")) << host_.effects()[0];
  expect_all_is_well();
}

TEST_F(Abuse, AnIdleWorkerThatIsKilledIsReplaced) {
  host_.start();
  host_.run(contact_update("c-1", "ok"));
  const auto workers = host_.workers();
  ASSERT_EQ(workers.size(), 1U);
  workers[0].signal(SIGKILL);
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.logged("idle_worker_ended"); }));
  expect_all_is_well();
}

class BetweenTwoRuns : public Abuse {
 protected:
  BetweenTwoRuns() {
    const auto file = host_.folder() / "waiter.so";
    make_plugin(file, watching("waiter", "contact", "wait"), deed_until(go_));
    host_.install_file(file, "waiter.so");
    host_.limits("waiter")["slots"] = 1;
    host_.start();
  }
  std::int64_t send(const std::string& record) {
    return host_.job_of(host_.send(field_update(record, "wait", "now")));
  }
  void kill_idle_worker() {
    std::ofstream(go_) << "go";
    const std::size_t before = host_.log_lines(kEnded).size();
    host_.wait_for(send("c-" + std::to_string(before)), "completed");
    host_.workers().at(0).signal(SIGKILL);
    ASSERT_TRUE(eventually(kPatience, [&] { return host_.log_lines(kEnded).size() > before; }));
    std::filesystem::remove(go_);
  }
  /// Kills the worker while the commit waits that ends its run; it leases the job that is returned.
  std::int64_t kill_worker_between() {
    const auto first = send("first");
    const auto second = send("second");
    const Process worker = host_.worker_of(first);
    sqlite3* store = nullptr;
    EXPECT_EQ(sqlite3_open(host_.store_file().c_str(), &store), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(store, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    std::ofstream(go_) << "go";
    const std::string ended = "run_ended job=" + std::to_string(first);
    EXPECT_TRUE(eventually(kPatience, [&] { return host_.logged(ended); }));
    worker.signal(SIGKILL);
    EXPECT_TRUE(eventually(kPatience, [&] { return !worker.is_alive(); }));
    EXPECT_EQ(sqlite3_close(store), SQLITE_OK);
    return second;
  }

  static constexpr const char* kEnded = "idle_worker_ended plugin=waiter";
  const std::filesystem::path go_ = host_.folder() / "go";
};

TEST_F(BetweenTwoRuns, AWorkerThatEndsIsNoCrashOfTheSecond) {
  const Json job = host_.wait_for(kill_worker_between(), "completed");
  EXPECT_EQ(job["runs"].size(), 1U);
  EXPECT_EQ(job["crashes"], 0);
  EXPECT_EQ(host_.log_lines(kEnded).size(), 1U);
}

TEST_F(BetweenTwoRuns, AWorkerThatEndsOnceTooOftenGivesTheJobBack) {
  for (int i = 0; i < 2; ++i) kill_idle_worker();
  const auto second = kill_worker_between();
  ASSERT_TRUE(eventually(kPatience, [&] {
    const Json job = host_.job(second);
    return job["state"] == "available" && job["runs"].size() == 1U;
  })) << host_.job(second).dump(2);
  EXPECT_EQ(host_.job(second)["runs"][0]["outcome"], "interrupted");
  EXPECT_EQ(host_.job(second)["crashes"], 0);
  EXPECT_EQ(host_.plugin("waiter")["state"], "quarantined");
}

TEST_F(Abuse, ACrashOfOneJobLeavesTheOthersRunning) {
  host_.limits("misbehave") = {{"timeout", "10s"}, {"slots", 3}};
  host_.start();
  const std::int64_t slow = host_.job_of(host_.send(contact_update("slow", "sleep:700")));
  host_.wait_for(slow, "running");
  host_.run(contact_update("c-1", "segfault"), "dead");
  const Json job = host_.wait_for(slow, "completed");
  EXPECT_EQ(job["runs"].size(), 1U);
}

TEST_F(Abuse, WhatIsTooLargeForAWorkerFailsItsJobAndNoWorker) {
  host_.config()["ingest"]["max_body"] = "32MiB";
  host_.start();
  host_.run(contact_update("c-1", "ok"));
  const auto workers = host_.workers();
  ASSERT_EQ(workers.size(), 1U);
  // It is in the record and among the changes.
  const Json job = host_.run(contact_update("c-2", "ok", std::string(9U << 20U, 'x')), "dead");
  ASSERT_EQ(job["runs"].size(), 1U);
  EXPECT_EQ(job["runs"][0]["outcome"], "fail");
  EXPECT_NE(error_of(job).find("a worker is given 16777216 at most: let source \"contact\" send"),
            std::string::npos)
      << error_of(job);
  EXPECT_EQ(job["crashes"], 0);
  EXPECT_TRUE(workers[0].is_alive());
  expect_all_is_well();
}

TEST_F(Abuse, AWorkerInheritsNoSecretAndNoDescriptorOfItsHost) {
  host_.start();
  host_.run(contact_update("c-1", "ok"));
  const auto workers = host_.workers();
  ASSERT_EQ(workers.size(), 1U);
  const auto process = std::filesystem::path("/proc") / std::to_string(workers[0].pid());
  const std::string environment = text_of(process / "environ");
  EXPECT_NE(environment.find("PATH="), std::string::npos);
  EXPECT_EQ(environment.find("FIELDHOOK_TEST"), std::string::npos);
  std::set<std::string> open;
  for (const auto& entry : std::filesystem::directory_iterator(process / "fd"))
    open.insert(std::filesystem::read_symlink(entry.path()).filename().string());
  for (const std::string& name : open)
    EXPECT_TRUE(name == "null" || name == "fieldhook.db.lock" || name.starts_with("pipe:") ||
                name.starts_with("socket:") || name.starts_with("anon_inode:"))
        << name;
  EXPECT_EQ(std::count_if(open.begin(), open.end(),
                          [](const auto& name) { return name.starts_with("socket:"); }),
            1);
}

}  // namespace
}  // namespace fh::test
