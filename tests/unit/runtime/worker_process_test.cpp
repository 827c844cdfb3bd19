// A worker as its slot sees it: real processes, real plugins.
#include "runtime/worker_process.h"

#include <gtest/gtest.h>

#include "runtime/probe.h"
#include "support/test_child.h"
#include "unit/worker/live_worker.h"

namespace fh {
namespace {

using namespace std::chrono_literals;
using test::work;

constexpr auto kPatience = 20s;

class WorkerProcessTest : public testing::Test {
 protected:
  static WorkerLaunch launch(const std::string& plugin) {
    return {FIELDHOOK_WORKER_PATH, FIELDHOOK_TEST_PLUGINS "/" + plugin};
  }
  static std::unique_ptr<WorkerProcess> start(WakeUp& wake) {
    auto worker = std::make_unique<WorkerProcess>(launch("misbehave.so"), wake);
    const ProbeResult hello = await_hello(*worker, {kPatience});
    EXPECT_EQ(hello.refused, "");
    worker->send(wire::Start{"{}"});
    return worker;
  }
  template <class Kind>
  static Kind next(WorkerProcess& worker) {
    auto happening = worker.wait(std::chrono::steady_clock::now() + kPatience);
    if (auto* kind = std::get_if<Kind>(&happening)) return std::move(*kind);
    throw std::runtime_error("something else happened: " + std::to_string(happening.index()));
  }

  // Whatever else it says before.
  template <class Kind>
  static Kind await(WorkerProcess& worker) {
    while (true) {
      auto happening = worker.wait(std::chrono::steady_clock::now() + kPatience);
      if (auto* kind = std::get_if<Kind>(&happening)) return std::move(*kind);
      if (std::holds_alternative<TimedOut>(happening)) throw std::runtime_error("it does not come");
    }
  }
  static WorkerEnded end_of(WorkerProcess& worker) { return await<WorkerEnded>(worker); }

  WakeUp wake_;
};

TEST_F(WorkerProcessTest, GivesLinesBeforeTheFrameOfTheRunThatPrintedThem) {
  const auto worker = start(wake_);
  worker->send(work("print"));
  std::string printed;
  for (int line = 0; line < 2; ++line) printed += next<OutputLine>(*worker).text + "\n";
  EXPECT_NE(printed.find("of a plugin\n"), std::string::npos) << printed;
  EXPECT_NE(printed.find("and on standard error\n"), std::string::npos) << printed;
  EXPECT_TRUE(std::holds_alternative<wire::Finished>(next<wire::Frame>(*worker)));
}

TEST_F(WorkerProcessTest, TellsHowItEnded) {
  const auto worker = start(wake_);
  worker->send(work("segfault"));
  const WorkerEnded ended = end_of(*worker);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_EQ(ended.how, test::kCrashed);
#endif
  EXPECT_FALSE(ended.short_of_memory);
}

TEST_F(WorkerProcessTest, OneThatIsGoneTellsHowItEndedToWhoSendsToIt) {
  const auto worker = start(wake_);
  EXPECT_FALSE(worker->has_ended());
  worker->kill();
  EXPECT_EQ(end_of(*worker).how, test::kKilled);
  EXPECT_TRUE(worker->has_ended());
  worker->send(wire::Stop{});
  EXPECT_EQ(end_of(*worker).how, test::kKilled);
}

TEST_F(WorkerProcessTest, AFrameOverTheLimitIsNotSentAndTheNextOneIs) {
  const auto worker = start(wake_);
  EXPECT_THROW(worker->send(wire::Start{std::string(wire::kMaxPayload, 'x')}), FrameTooLarge);
  worker->send(work("print"));
  await<wire::Frame>(*worker);
}

TEST_F(WorkerProcessTest, GivesAllThatWasPrintedBeforeTheEnd) {
  const auto worker = start(wake_);
  worker->send(work("print"));
  worker->send(wire::Stop{});
  const WorkerEnded ended = end_of(*worker);
  EXPECT_EQ(ended.how, "exit code 0");
  EXPECT_EQ(ended.last_errors, "and on standard error");
}

TEST_F(WorkerProcessTest, ARunBeginsWithoutTheOutputOfTheOneBefore) {
  const auto worker = start(wake_);
  worker->begin_work();
  for (const char* value : {"print", "print-unfinished"}) {
    worker->send(work(value));
    await<wire::Frame>(*worker);
  }
  const auto before = worker->begin_work();
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before[0].text, "no end");
  worker->send(work("segfault"));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_EQ(end_of(*worker).last_errors, "");
#endif
}

TEST_F(WorkerProcessTest, EndsWhenItIsKilledThoughItsPluginIsStuck) {
  const auto worker = start(wake_);
  worker->send(work("hang"));
  worker->kill();
  EXPECT_EQ(end_of(*worker).how, test::kKilled);
}

TEST_F(WorkerProcessTest, WaitsNoLongerThanTheDeadlineAndCanBeWoken) {
  const auto worker = start(wake_);
  auto happening = worker->wait(std::chrono::steady_clock::now() + 1ms);
  EXPECT_TRUE(std::holds_alternative<TimedOut>(happening));
  wake_.signal();
  next<Woken>(*worker);
  happening = worker->wait(std::chrono::steady_clock::now() + 1ms);
  EXPECT_TRUE(std::holds_alternative<TimedOut>(happening));
}

TEST_F(WorkerProcessTest, ThatPrintsWithoutEndHasItsDeadlineAllTheSame) {
  const auto worker = start(wake_);
  worker->send(work("print-for-ever"));
  next<OutputLine>(*worker);
  const auto deadline = std::chrono::steady_clock::now();
  while (!std::holds_alternative<TimedOut>(worker->wait(deadline))) {
  }
  worker->kill();
  end_of(*worker);
}

TEST_F(WorkerProcessTest, CutsLongLinesWithoutLosingAByte) {
  const auto worker = start(wake_);
  for (const std::size_t size : {20'000U, 200'000U}) {
    worker->send(work("print-long:" + std::to_string(size)));
    std::string printed;
    auto happening = worker->wait(std::chrono::steady_clock::now() + kPatience);
    while (const auto* piece = std::get_if<OutputLine>(&happening)) {
      EXPECT_LE(piece->text.size(), kMaxOutputLine);
      printed += piece->text;
      happening = worker->wait(std::chrono::steady_clock::now() + kPatience);
    }
    EXPECT_TRUE(std::holds_alternative<wire::Frame>(happening));
    std::string expected;
    for (int i = 0; expected.size() < size; ++i) expected += std::to_string(i) + ' ';
    EXPECT_EQ(printed.substr(0, size), expected.substr(0, size));
  }
}

TEST(Probe, NamesTheUsersFile) {
  EXPECT_EQ(naming("act.so", "/b/0a1b.so", "0a1b.so is no good: /b/0a1b.so: /b/c.so is missing"),
            "act.so is no good: act.so: /b/c.so is missing");
}

TEST_F(WorkerProcessTest, IsToldWhyALibraryIsRefused) {
  WakeUp wake;
  const ProbeResult result = probe(launch("wrong_abi.so"), wake, {kPatience});
  EXPECT_NE(result.refused.find("built for ABI 99"), std::string::npos) << result.refused;
}

}  // namespace
}  // namespace fh
