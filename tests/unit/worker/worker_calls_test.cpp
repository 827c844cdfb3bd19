// What a plugin asks of its host during a run, as the host hears it: a real worker, a real plugin,
// the test at the host's end.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "live_worker.h"
#include "scratch_file.h"

namespace fh::test {
namespace {

using Json = nlohmann::json;
using wire::CallMethod;
using wire::CallStatus;
using wire::RunOutcome;

TEST(Worker, OnceRunsTheWorkAndCommitsIt) {
  const ScratchFile effects;
  Started worker("misbehave.so", Json{{"effects", effects.path()}}.dump());
  worker.send(work("once:mail"));
  const auto begin = worker.expect_call(CallMethod::once_begin);
  EXPECT_EQ(begin.key, "mail");
  EXPECT_EQ(begin.job_id, 7U);
  EXPECT_EQ(effects.text(), "");
  worker.answer(begin, CallStatus::ok, 11);
  const auto commit = worker.expect_call(CallMethod::commit);
  EXPECT_EQ(commit.scope, 11U);
  EXPECT_EQ(commit.payload, "null");
  EXPECT_EQ(effects.text(), "once mail\n");
  worker.answer(commit, CallStatus::ok);
  EXPECT_EQ(worker.expect<wire::Finished>().outcome, RunOutcome::done);
}

TEST(Worker, OnceDoneBeforeDoesNotRunTheWork) {
  const ScratchFile effects;
  Started worker("misbehave.so", Json{{"effects", effects.path()}}.dump());
  worker.send(work("once:mail"));
  worker.answer(worker.expect_call(CallMethod::once_begin), CallStatus::done_before, 0, "null");
  EXPECT_EQ(worker.expect<wire::Finished>().outcome, RunOutcome::done);
  EXPECT_EQ(effects.text(), "");
}

TEST(Worker, AViewThatAStepReturnedComesBackAsATextOfItsOwn) {
  const std::string text = R"("a text that fits no small buffer")";
  Started worker;
  worker.send(work("step-view:name"));
  worker.answer(worker.expect_call(CallMethod::step_begin), CallStatus::ok, 11);
  const auto commit = worker.expect_call(CallMethod::commit);
  EXPECT_EQ(commit.payload, text);
  worker.answer(commit, CallStatus::ok);
  EXPECT_EQ(worker.expect<wire::Finished>().text, text);
  worker.send(work("step-view:name"));
  worker.answer(worker.expect_call(CallMethod::step_begin), CallStatus::done_before, 0, text);
  EXPECT_EQ(worker.expect<wire::Finished>().text, text);
}

TEST(Worker, AnAnswerThatIsNotOkEndsTheRun) {
  Started worker;
  const struct {
    CallStatus status;
    RunOutcome outcome;
    std::int64_t after_ms;
  } cases[] = {
      {CallStatus::busy, RunOutcome::retry, 1000},    {CallStatus::conflict, RunOutcome::retry, -1},
      {CallStatus::not_found, RunOutcome::retry, -1}, {CallStatus::failed, RunOutcome::retry, -1},
      {CallStatus::too_large, RunOutcome::fail, -1},  {CallStatus::refused, RunOutcome::fail, -1},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(static_cast<int>(one.status));
    worker.send(work("once:mail"));
    worker.answer(worker.expect_call(CallMethod::once_begin), one.status, 0, "because");
    const auto finished = worker.expect<wire::Finished>();
    EXPECT_EQ(finished.outcome, one.outcome);
    EXPECT_EQ(finished.after_ms, one.after_ms);
    EXPECT_EQ(finished.text, "once \"mail\": because");
  }
}

TEST(Worker, WorkThatThrowsIsAbandoned) {
  Started worker;
  worker.send(work("throw-in-once:mail"));
  worker.answer(worker.expect_call(CallMethod::interrupted), CallStatus::ok, 0);
  worker.answer(worker.expect_call(CallMethod::once_begin), CallStatus::ok, 12);
  const auto abandon = worker.expect_call(CallMethod::abandon);
  EXPECT_EQ(abandon.scope, 12U);
  worker.answer(abandon, CallStatus::ok);
  const auto finished = worker.expect<wire::Finished>();
  EXPECT_EQ(finished.outcome, RunOutcome::retry);
  EXPECT_EQ(finished.text, "asked to throw");
}

TEST(Worker, AResultOverTheLimitFailsTheJobSinceARetryWouldRepeatTheWork) {
  Started worker;
  worker.send(work("large-once:mail"));
  worker.answer(worker.expect_call(CallMethod::once_begin), CallStatus::ok, 12);
  const auto finished = worker.expect<wire::Finished>();
  EXPECT_EQ(finished.outcome, RunOutcome::fail);
  EXPECT_NE(finished.text.find("64 KiB"), std::string::npos) << finished.text;
}

TEST(Worker, DoneWithAResultOverTheLimitIsDoneAndSaysSo) {
  Started worker;
  worker.send(work("large-result"));
  const auto warning = worker.expect<wire::Log>();
  EXPECT_EQ(warning.level, wire::LogLevel::warning);
  const auto large = worker.expect<wire::Finished>();
  EXPECT_EQ(large.outcome, RunOutcome::done);
  EXPECT_EQ(large.text,
            "\"the result of done() was 100002 bytes and is left out: the limit is 64 KiB\"");
  EXPECT_EQ(large.text, "\"" + warning.text + "\"");
}

TEST(Worker, EffectsGoToTheInnermostScopeThatIsOpen) {
  Started worker;
  auto execute = work("calls");
  execute.input = R"([1,2])";
  worker.send(execute);
  const auto progress = worker.expect_call(CallMethod::progress);
  EXPECT_EQ(progress.number, 50);
  EXPECT_EQ(progress.payload, "half way");
  worker.answer(progress, CallStatus::ok);
  const auto echo = worker.expect_call(CallMethod::expect_echo);
  EXPECT_EQ(echo.payload, R"({"misbehave":"done"})");
  worker.answer(echo, CallStatus::ok);
  worker.answer(worker.expect_call(CallMethod::step_begin), CallStatus::ok, 21);
  worker.answer(worker.expect_call(CallMethod::once_begin), CallStatus::ok, 22);
  const auto inner = worker.expect_call(CallMethod::enqueue);
  EXPECT_EQ(inner.scope, 22U);
  EXPECT_EQ(inner.key, "inner-plugin");
  EXPECT_EQ(inner.payload, R"({"after_ms":1500,"input":{"n":1}})");
  worker.answer(inner, CallStatus::ok);
  const auto expect_commit = [&](std::uint64_t scope, const std::string& payload) {
    const auto commit = worker.expect_call(CallMethod::commit);
    EXPECT_EQ(commit.scope, scope);
    EXPECT_EQ(commit.payload, payload);
    worker.answer(commit, CallStatus::ok);
  };
  expect_commit(22, "1");
  const auto outer = worker.expect_call(CallMethod::enqueue);
  EXPECT_EQ(outer.scope, 21U);
  worker.answer(outer, CallStatus::ok);
  expect_commit(21, "2");
  const auto last = worker.expect_call(CallMethod::enqueue);
  EXPECT_EQ(last.scope, 0U);
  EXPECT_EQ(last.payload, R"({"input":null})");
  worker.answer(last, CallStatus::ok);
  worker.answer(worker.expect_call(CallMethod::secret), CallStatus::ok, 0, "s3cret");
  worker.answer(worker.expect_call(CallMethod::idempotency_key), CallStatus::ok, 0, "k-1");
  worker.answer(worker.expect_call(CallMethod::superseded), CallStatus::ok, 1);
  const auto finished = worker.expect<wire::Finished>();
  EXPECT_EQ(Json::parse(finished.text), Json::parse(R"({"outer":2,"secret":"s3cret","key":"k-1",
      "superseded":true,"input":[1,2],"delivery":{"id":3},
      "matched":["contact misbehave changes"]})"));
}

TEST(Worker, StateCarriesTheVersionItWasReadAt) {
  Started worker;
  worker.send(work("state"));
  worker.answer(worker.expect_call(CallMethod::state_get), CallStatus::ok, 5, R"({"count":2})");
  const auto set = worker.expect_call(CallMethod::state_set);
  EXPECT_EQ(set.number, 5);
  EXPECT_EQ(set.scope, 0U);
  EXPECT_EQ(set.payload, R"({"count":3})");
  worker.answer(set, CallStatus::ok, 6);
  EXPECT_EQ(worker.expect<wire::Finished>().text, "3");
}

TEST(Worker, AnInterruptedOnceCanBeAskedForInTheNextRun) {
  const ScratchFile effects;
  const auto settings = Json{{"effects", effects.path()}}.dump();
  {
    Started worker("misbehave.so", settings);
    worker.send(work("crash-in-once:mail"));
    worker.answer(worker.expect_call(CallMethod::interrupted), CallStatus::ok, 0);
    worker.answer(worker.expect_call(CallMethod::once_begin), CallStatus::ok, 1);
    EXPECT_FALSE(worker.next());
  }
  Started worker("misbehave.so", settings);
  worker.send(work("crash-in-once:mail", 7, 2));
  worker.answer(worker.expect_call(CallMethod::interrupted), CallStatus::ok, 1);
  worker.answer(worker.expect_call(CallMethod::once_begin), CallStatus::ok, 2);
  worker.answer(worker.expect_call(CallMethod::commit), CallStatus::ok);
  EXPECT_EQ(worker.expect<wire::Finished>().outcome, RunOutcome::done);
  EXPECT_EQ(effects.text(), "began mail\ninterrupted mail\nbegan mail\ndid mail\n");
}

}  // namespace
}  // namespace fh::test
