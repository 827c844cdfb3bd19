// plugins/start-onboarding in a real worker, the test at the host's end.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "support/small_disk.h"
#include "unit/worker/live_worker.h"

namespace fh::test {
namespace {

using Json = nlohmann::json;
using wire::CallMethod;
using wire::CallStatus;
using wire::RunOutcome;

class StartOnboarding : public ::testing::Test {
 protected:
  StartOnboarding() { worker_.expect<wire::Hello>(); }
  ~StartOnboarding() override { std::filesystem::remove_all(outbox_); }

  void start(const Json& settings, const std::string& company = "Example \"Pty\" Ltd") {
    worker_.send(wire::Start{settings.dump()});
    wire::Execute execute;
    execute.job_id = 7;
    execute.run = execute.attempt = 2;
    execute.max_attempts = 5;
    execute.plugin = "start-onboarding";
    execute.record_type = "company";
    execute.record_id = "877";
    execute.record = Json({{"id", 877}, {"company_name", company}}).dump();
    execute.event = R"({"id":1,"changes":{"onboarding_stage":{"to":"Started"}}})";
    execute.delivery = R"({"id":3})";
    execute.matched = "[]";
    worker_.send(execute);
  }

  void start_with_outbox(int pause_ms, const std::string& company = "Example \"Pty\" Ltd") {
    start({{"outbox", outbox_.string()}, {"pause_ms", pause_ms}}, company);
    worker_.answer(worker_.expect_call(CallMethod::idempotency_key), CallStatus::ok, 0, "fh-1");
  }

  // Serves one step as a host that knows it as done before, or not, would.
  void serve_step(bool done_before) {
    const auto begin = worker_.expect_call(CallMethod::step_begin);
    if (done_before) {
      worker_.answer(begin, CallStatus::done_before, 0, "null");
    } else {
      worker_.answer(begin, CallStatus::ok, 1);
      worker_.answer(worker_.expect_call(CallMethod::commit), CallStatus::ok);
    }
    worker_.answer(worker_.expect_call(CallMethod::progress), CallStatus::ok);
  }

  std::string checklist() const {
    std::ifstream file(outbox_ / "fh-1.txt");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const std::filesystem::path outbox_ = std::filesystem::temp_directory_path() /
                                        ("fieldhook-onboarding-test-" + std::to_string(::getpid()));
  LiveWorker worker_{FIELDHOOK_BINARY_DIR "/plugins/start-onboarding.so"};
};

TEST_F(StartOnboarding, WritesALineForEachStep) {
  start_with_outbox(0);
  for (int step = 0; step < 3; ++step) serve_step(false);
  const auto finished = worker_.expect<wire::Finished>();
  EXPECT_EQ(finished.outcome, RunOutcome::done);
  EXPECT_EQ(Json::parse(finished.text)["checklist"], (outbox_ / "fh-1.txt").string());
  EXPECT_EQ(checklist(),
            "1. create the workspace for \"Example \\\"Pty\\\" Ltd\" (run 2)\n"
            "2. invite the contacts for \"Example \\\"Pty\\\" Ltd\" (run 2)\n"
            "3. book the first call for \"Example \\\"Pty\\\" Ltd\" (run 2)\n");
}

TEST_F(StartOnboarding, GoesOnAfterTheStepsThatAreDone) {
  start_with_outbox(0);
  serve_step(true);
  serve_step(true);
  serve_step(false);
  EXPECT_EQ(worker_.expect<wire::Finished>().outcome, RunOutcome::done);
  EXPECT_EQ(checklist(), "3. book the first call for \"Example \\\"Pty\\\" Ltd\" (run 2)\n");
}

TEST_F(StartOnboarding, StopsBetweenTwoStepsWhenAsked) {
  start_with_outbox(60'000);
  serve_step(false);
  worker_.send(wire::Cancel{7});
  EXPECT_EQ(worker_.expect<wire::Finished>().outcome, RunOutcome::retry);
  EXPECT_EQ(checklist(), "1. create the workspace for \"Example \\\"Pty\\\" Ltd\" (run 2)\n");
}

TEST_F(StartOnboarding, AFullDiskIsNamedAndLeavesNoHalfLine) {
  SmallDisk disk(1, outbox_);
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small disk needs root";
  const std::string line(5000, '-');
  std::ofstream(outbox_ / "fh-1.txt") << line;
  disk.fill();
  start_with_outbox(0, std::string(8000, 'n'));
  worker_.answer(worker_.expect_call(CallMethod::step_begin), CallStatus::ok, 1);
  worker_.answer(worker_.expect_call(CallMethod::abandon), CallStatus::ok);
  const auto finished = worker_.expect<wire::Finished>();
  EXPECT_EQ(finished.outcome, RunOutcome::retry);
  EXPECT_NE(finished.text.find("No space left on device"), std::string::npos) << finished.text;
  EXPECT_EQ(checklist(), line);
}

TEST_F(StartOnboarding, FailsWithASentenceWhenASettingIsWrong) {
  const struct {
    Json settings;
    const char* says;
  } cases[] = {
      {Json::object(), "outbox"},
      {{{"outbox", 7}}, "outbox"},
      {{{"outbox", "x"}, {"pause_ms", -1}}, "pause_ms"},
      {{{"outbox", "x"}, {"pause_ms", 60'001}}, "pause_ms"},
      {{{"outbox", "x"}, {"pause_ms", "1"}}, "pause_ms"},
  };
  // Settings are a worker's for its whole life, so each case has one of its own.
  for (const auto& one : cases) {
    SCOPED_TRACE(one.settings.dump());
    LiveWorker worker(FIELDHOOK_BINARY_DIR "/plugins/start-onboarding.so");
    worker.expect<wire::Hello>();
    worker.send(wire::Start{one.settings.dump()});
    wire::Execute execute;
    execute.job_id = 1;
    execute.record_type = "company";
    execute.record_id = "877";
    execute.record = R"({"id":877})";
    worker.send(execute);
    const auto finished = worker.expect<wire::Finished>();
    EXPECT_EQ(finished.outcome, RunOutcome::fail);
    EXPECT_NE(finished.text.find(one.says), std::string::npos) << finished.text;
  }
}

}  // namespace
}  // namespace fh::test
