// The worker as the host sees it: a real process, real plugins, the test at the host's end.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "live_worker.h"
#include "scratch_file.h"
#include "support/test_child.h"

// A sanitizer catches the signals itself, and needs memory of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FIELDHOOK_SANITIZED
#endif

namespace fh::test {
namespace {

using Json = nlohmann::json;
using wire::CallMethod;
using wire::CallStatus;
using wire::RunOutcome;

#ifdef _WIN32
constexpr const char* kAborted = "exit code 3";
constexpr const char* kOverflown = "exception 0xC00000FD (stack overflow)";
#else
constexpr const char* kAborted = "signal 6 (Aborted)";
constexpr const char* kOverflown = kCrashed;
#endif

void set_variable(const char* name, const std::string& value) {
#ifdef _WIN32
  ::_putenv_s(name, value.c_str());
#else
  ::setenv(name, value.c_str(), 1);
#endif
}

TEST(Worker, SaysHelloWithTheManifestOfItsPlugin) {
  Started worker;
  EXPECT_EQ(worker.hello.wire_version, wire::kWireVersion);
  EXPECT_EQ(worker.hello.abi_major, 1U);
  const auto manifest = Json::parse(worker.hello.manifest);
  EXPECT_EQ(manifest, Json::parse(R"({"name":"misbehave","version":"1.0.0","max_attempts":3,
      "backoff_ms":50,"backoff_max_ms":200,
      "watches":[{"record":"contact","field":"misbehave","changes":true}]})"));
}

TEST(Worker, RefusesALibraryItCannotUseWithASentenceThatSaysWhatToDo) {
  const struct {
    const char* plugin;
    std::vector<const char*> says;
  } cases[] = {
      {"wrong_abi.so",
       {"plugin wrong_abi.so", "built for ABI 99", "speaks 1", "rebuild it against"}},
      {"no_symbol.so", {"exports no fieldhook_plugin symbol", "add FIELDHOOK_PLUGIN("}},
      {"throws_at_load.so", {"no manifest", "the fixture throws at load"}},
      {"missing.so", {"does not load", "missing.so", "is not there"}},
      {__FILE__, {"does not load", "no shared library for this machine"}},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.plugin);
    LiveWorker worker(one.plugin);
    const auto reason = worker.expect<wire::Refused>().reason;
    for (const auto* words : one.says) EXPECT_NE(reason.find(words), std::string::npos) << reason;
    EXPECT_FALSE(worker.next());
    EXPECT_EQ(worker.wait_for_exit(), "exit code 1");
  }
}

TEST(Worker, DiesOfALibraryThatCrashesWhenItIsLoaded) {
  LiveWorker worker("crash_at_load.so");
  EXPECT_FALSE(worker.next());
  EXPECT_EQ(worker.wait_for_exit(), kAborted);
}

TEST(Worker, DiesOfALibraryThatThrowsWhenItIsLoadedOrRefusesIt) {
  LiveWorker worker("throws_in_initialiser.so");
#ifdef _WIN32
  EXPECT_NE(worker.expect<wire::Refused>().reason.find("does not load"), std::string::npos);
  EXPECT_EQ(worker.wait_for_exit(), "exit code 1");
#else
  EXPECT_FALSE(worker.next());
  EXPECT_EQ(worker.wait_for_exit(), kAborted);
#endif
}

TEST(Worker, PassesABadManifestOnForTheHostToJudge) {
  LiveWorker worker("bad_manifest.so");
  EXPECT_NE(worker.expect<wire::Hello>().manifest.find("Bad Manifest"), std::string::npos);
}

TEST(Worker, ReportsEachOutcome) {
  Started worker;
  const struct {
    const char* value;
    RunOutcome outcome;
    std::int64_t after_ms;
    const char* text;
  } cases[] = {
      {"ok", RunOutcome::done, -1, ""},
      {"already-done", RunOutcome::skipped, -1, ""},
      {"throw-already", RunOutcome::retry, -1, "asked to throw"},
      {"retry", RunOutcome::retry, -1, "asked to retry"},
      {"snooze-once", RunOutcome::snooze, 100, ""},
      {"fail", RunOutcome::fail, -1, "asked to fail"},
      {"throw", RunOutcome::retry, -1, "asked to throw"},
      {"throw-int", RunOutcome::retry, -1, "the plugin threw something that is no std::exception"},
      {"unheard-of", RunOutcome::fail, -1, "the fixture knows no deed \"unheard-of\""},
  };
  std::uint64_t job_id = 0;
  for (const auto& one : cases) {
    SCOPED_TRACE(one.value);
    const auto finished = worker.run(work(one.value, ++job_id));
    EXPECT_EQ(finished.job_id, job_id);
    EXPECT_EQ(finished.outcome, one.outcome);
    EXPECT_EQ(finished.after_ms, one.after_ms);
    EXPECT_EQ(finished.text, one.text);
  }
}

TEST(Worker, ARecordTypeThatTheCommandDoesNotOverrideFailsWithTheReason) {
  Started worker;
  auto execute = work("ok");
  execute.record_type = "company";
  const auto finished = worker.run(execute);
  EXPECT_EQ(finished.outcome, RunOutcome::fail);
  EXPECT_NE(finished.text.find("does not override execute(const fieldhook::Company&"),
            std::string::npos);
}

TEST(Worker, DiesAsThePluginDoes) {
  const struct {
    const char* value;
    const char* end;
  } cases[] = {{"segfault", kCrashed},
               {"abort", kAborted},
               {"stack-overflow", kOverflown},
               {"exit0", "exit code 0"}};
  for (const auto& one : cases) {
    SCOPED_TRACE(one.value);
    Started worker;
    worker.send(work(one.value));
    EXPECT_FALSE(worker.next());
#ifndef FIELDHOOK_SANITIZED
    EXPECT_EQ(worker.wait_for_exit(), one.end);
#else
    EXPECT_FALSE(worker.wait_for_exit().empty());
#endif
  }
}

TEST(Worker, EndsAtOnceWhenTheHostIsGoneEvenIfThePluginIsStuck) {
  const ScratchFile log;
  Started worker("misbehave.so", Json{{"log", log.path()}}.dump());
  worker.send(work("hang"));
  worker.hang_up();
  EXPECT_EQ(worker.wait_for_exit(), "exit code 0");
}

TEST(Worker, EndsWhenTheChannelCarriesWhatNoHostSends) {
  Started worker;
  worker.send(work("hang"));
  worker.send(wire::Log{});
  EXPECT_EQ(worker.wait_for_exit(), "exit code 0");
  EXPECT_NE(worker.printed().find("a frame that only a worker sends"), std::string::npos);
}

TEST(Worker, CancelReachesARunAndOnlyTheOneItNames) {
  Started worker;
  worker.send(work("hang-politely", 8));
  worker.send(wire::Cancel{7});
  worker.send(wire::Cancel{8});
  const auto finished = worker.expect<wire::Finished>();
  EXPECT_EQ(finished.job_id, 8U);
  EXPECT_EQ(finished.text, "cancelled");
  worker.send(wire::Cancel{9});
  EXPECT_EQ(worker.run(work("sleep:1", 9)).outcome, RunOutcome::done);
}

TEST(Worker, StopEndsItInPeaceAfterTheRunItIsIn) {
  Started worker;
  worker.send(work("sleep:20"));
  worker.send(wire::Stop{});
  EXPECT_EQ(worker.expect<wire::Finished>().outcome, RunOutcome::done);
  EXPECT_FALSE(worker.next());
  EXPECT_EQ(worker.wait_for_exit(), "exit code 0");
}

TEST(Worker, StrayOutputHarmsNothingAndLeavesBeforeTheJobDoes) {
  Started worker;
  EXPECT_EQ(worker.run(work("print")).outcome, RunOutcome::done);
  const auto printed = worker.printed();
  EXPECT_NE(printed.find("of a plugin\n"), std::string::npos);
  EXPECT_NE(printed.find("and on standard error\n"), std::string::npos);
}

TEST(Worker, ACallAfterTheRunIsAnsweredEnded) {
  const ScratchFile effects;
  Started worker("misbehave.so", Json{{"effects", effects.path()}}.dump());
  EXPECT_EQ(worker.run(work("detached-thread", 1)).outcome, RunOutcome::done);
  EXPECT_EQ(worker.run(work("sleep:1", 2)).outcome, RunOutcome::done);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (effects.text().empty() && std::chrono::steady_clock::now() < deadline) {
    EXPECT_EQ(worker.run(work("sleep:2", 3)).outcome, RunOutcome::done);
  }
  EXPECT_NE(effects.text().find("late superseded: the run has ended"), std::string::npos)
      << effects.text();
}

TEST(Worker, ACommandThatCannotBeMadeIsARetryAndIsTriedAgain) {
  const ScratchFile ready;
  set_variable("FIXTURE_READY", ready.path());
  Started worker("throws_at_create.so");
  const auto finished = worker.run(work("create"));
  EXPECT_EQ(finished.outcome, RunOutcome::retry);
  EXPECT_EQ(finished.text, "the plugin could not be created: the fixture is not ready");
  std::ofstream(ready.path()) << "ready";
  EXPECT_EQ(worker.run(work("create")).outcome, RunOutcome::done);
}

#ifndef FIELDHOOK_SANITIZED
TEST(Worker, WorksWithinAMemoryLimit) {
  LiveWorker worker("misbehave.so", {"--memory-limit", std::to_string(1U << 30U)});
  (void)worker.expect<wire::Hello>();
  worker.send(wire::Start{"{}"});
  worker.send(work("ok"));
  EXPECT_EQ(worker.expect<wire::Finished>().outcome, RunOutcome::done);
}
#endif

TEST(Worker, RunsAPluginInPlainC) {
  Started worker("c_plugin.so");
  worker.send(work("go"));
  EXPECT_EQ(worker.expect<wire::Log>().text, "c-plugin runs");
  const auto begin = worker.expect_call(CallMethod::once_begin);
  EXPECT_EQ(begin.key, "42");
  worker.answer(begin, CallStatus::ok, 4);
  const auto commit = worker.expect_call(CallMethod::commit);
  EXPECT_EQ(commit.payload, "\"marked\"");
  worker.answer(commit, CallStatus::ok);
  EXPECT_EQ(worker.expect<wire::Finished>().outcome, RunOutcome::done);
  worker.send(work("go"));
  (void)worker.expect<wire::Log>();
  worker.answer(worker.expect_call(CallMethod::once_begin), CallStatus::busy, 0, "another job");
  const auto finished = worker.expect<wire::Finished>();
  EXPECT_EQ(finished.after_ms, 1000);
  EXPECT_EQ(finished.text, "another job");
}

}  // namespace
}  // namespace fh::test
