// One run from EXECUTE to its outcome: a real worker, the real store, signals.
#include <sys/wait.h>

#include <csignal>

#include "runtime/probe.h"
#include "runtime/run.h"
#include "served_run.h"

namespace fh {
namespace {

using namespace std::chrono_literals;
using test::ServedRun;
using wire::CallMethod;

constexpr auto kPatience = 20s;

class RunTest : public test::RunCallsTest {
 protected:
  std::unique_ptr<WorkerProcess> start(const std::string& plugin = "misbehave.so",
                                       std::size_t memory = 0) {
    WorkerLaunch launch{FIELDHOOK_WORKER_PATH, FIELDHOOK_TEST_PLUGINS "/" + plugin};
    launch.memory = memory;
    auto worker = std::make_unique<WorkerProcess>(launch, wake_);
    EXPECT_EQ(await_hello(*worker, {kPatience}).refused, "");
    worker->send(wire::Start{"{}"});
    return worker;
  }

  /// A run of its own job that does this deed, and where it stands in the end.
  Outcome converse(WorkerProcess& worker, const std::string& deed, const std::string& note = "") {
    add_job(record(std::to_string(++records_)));
    Lease lease;
    lease.job = *this->lease();
    lease.event.changes = R"({"misbehave":{"to":")" + deed + R"("}})";
    lease.event.snapshot = R"({"misbehave":")" + deed + R"(","note":")" + note + R"("})";
    lease.record.key = {"crm", RecordType::contact, std::to_string(records_)};
    worker.begin_work();
    fh::Run one(worker, lease, {*store_, clock_, {}, {}, {}}, {kPatience, kPatience, "build"},
                signals_);
    Outcome outcome = one.converse();
    keeps_worker_ = one.keeps_worker();
    idle_end_ = one.idle_end();
    return outcome;
  }

  /// Returns when no thread of it goes on.
  static void hold(const WorkerProcess& worker) {
    ASSERT_EQ(::kill(worker.pid(), SIGSTOP), 0);
    siginfo_t info;
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(worker.pid()), &info, WSTOPPED), 0);
  }

  WakeUp wake_;
  RunSignals signals_;
  int records_ = 0;
  bool keeps_worker_ = true;
  std::string idle_end_;
};

TEST_F(RunTest, OfAWorkerThatDiesBeforeItHasReadItIsInterruptedAndNoCrash) {
  const auto worker = start();
  hold(*worker);
  worker->kill();
  const Outcome outcome = converse(*worker, "ok");
  EXPECT_EQ(outcome.kind, OutcomeKind::interrupted);
  EXPECT_EQ(outcome.text, "the worker ended with signal 9 (Killed) before its run began");
  EXPECT_EQ(idle_end_, "signal 9 (Killed)");
  EXPECT_FALSE(keeps_worker_);
}

TEST_F(RunTest, OfAWorkerThatDiesInItIsACrash) {
  const auto worker = start();
  const Outcome outcome = converse(*worker, "exit0");
  EXPECT_EQ(outcome.kind, OutcomeKind::crashed);
  EXPECT_EQ(idle_end_, "");
}

// The worker, not the run: what was sent and is lost, and what was read.
TEST_F(RunTest, AWorkerTellsWhetherItHadReadItsWork) {
  const auto end_of = [](WorkerProcess& worker) {
    while (true) {
      auto happening = worker.wait(std::chrono::steady_clock::now() + kPatience);
      if (auto* ended = std::get_if<WorkerEnded>(&happening)) return *ended;
      if (std::holds_alternative<TimedOut>(happening)) throw std::runtime_error("no end comes");
    }
  };
  const auto held = start();
  hold(*held);
  held->send(wire::Execute{});
  held->kill();
  EXPECT_TRUE(end_of(*held).left_unread);

  const auto working = start();
  wire::Execute work;
  work.record_type = "contact";
  work.event = R"({"changes":{"misbehave":{"to":"print-for-ever"}}})";
  working->send(work);
  ASSERT_TRUE(std::holds_alternative<OutputLine>(
      working->wait(std::chrono::steady_clock::now() + kPatience)));
  working->kill();
  EXPECT_FALSE(end_of(*working).left_unread);
}

TEST_F(RunTest, ThatFailsForItsWorkCannotBeKeptHasFailedThoughTheHostStops) {
  const auto worker = start("slips.so");
  signals_.interrupted = true;
  const Outcome lost = converse(*worker, "nan");
  EXPECT_EQ(lost.kind, OutcomeKind::fail);
  EXPECT_NE(lost.text.find("its work was done"), std::string::npos) << lost.text;
  // Its step was abandoned: nothing was done that a later run would repeat.
  EXPECT_EQ(converse(*worker, "inside-itself").kind, OutcomeKind::interrupted);
}

TEST_F(RunTest, IsChargedUnlessItIsTheBusyKeyThatEndsIt) {
  const auto worker = start();
  ServedRun other = run("other");
  other.open(CallMethod::once_begin, "key");
  const Outcome busy = converse(*worker, "once:key");
  EXPECT_EQ(busy.kind, OutcomeKind::retry);
  EXPECT_FALSE(busy.charged);
  const Outcome failed = converse(*worker, "busy-then-throw:key");
  EXPECT_EQ(failed.kind, OutcomeKind::retry);
  EXPECT_EQ(failed.text, "asked to throw");
  EXPECT_TRUE(failed.charged);
  EXPECT_EQ(failed.after, std::nullopt) << "the backoff decides";
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which lift the limit
// Another worker would fare no better, so the job may not go on for ever.
TEST_F(RunTest, OfAWorkerThatHasNoRoomForItIsACrash) {
  const auto worker = start("misbehave.so", std::size_t{32} << 20U);
  const Outcome outcome = converse(*worker, "ok", std::string(15U << 20U, 'x'));
  EXPECT_EQ(outcome.kind, OutcomeKind::crashed);
  EXPECT_NE(outcome.text.find("fieldhook-worker: std::bad_alloc"), std::string::npos)
      << outcome.text;
}

TEST_F(RunTest, AfterManyOthersFindsTheMemoryThatTheyKept) {
  const auto worker = start("misbehave.so", std::size_t{64} << 20U);
  EXPECT_EQ(converse(*worker, "keep-memory:52").kind, OutcomeKind::done);
  EXPECT_TRUE(keeps_worker_) << "it looks now and then";
  while (worker->runs() % 1000 != 999) {
    worker->begin_work();
    worker->end_work();
  }
  EXPECT_EQ(converse(*worker, "ok").kind, OutcomeKind::done);
  EXPECT_FALSE(keeps_worker_);
}
#endif

}  // namespace
}  // namespace fh
