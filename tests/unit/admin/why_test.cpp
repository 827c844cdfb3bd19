#include "admin/why.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

constexpr TimePoint kAt{Millis(1'782'296'130'000)};  // 2026-06-24T10:15:30Z

WhyFacts facts(const std::string& state) {
  WhyFacts facts;
  facts.job.id = 7;
  facts.job.plugin = "mail";
  facts.job.state = state;
  facts.job.run_at = kAt;
  facts.job.started_at = kAt;
  facts.job.counters.runs = 2;
  facts.plugin_state = "active";
  facts.plugin_slots = 4;
  facts.workers_max = 16;
  return facts;
}

RunView run(const std::string& outcome, const std::string& error = "") {
  RunView run;
  run.run = 2;
  run.outcome = outcome;
  run.error = error;
  return run;
}

struct Row {
  const char* name;
  WhyFacts facts;
  std::string sentence;
};

template <class Change>
WhyFacts with(WhyFacts facts, Change&& change) {
  change(facts);
  return facts;
}

std::vector<Row> rows() {
  return {
      {"ready", facts("available"), "it is ready, and a worker is about to take it"},
      {"removed", with(facts("available"), [](auto& f) { f.plugin_state = ""; }),
       "it is ready, but plugin mail was removed: put its file into the plugin folder again, or "
       "discard the job"},
      {"missing",
       with(facts("available"),
            [](auto& f) {
              f.plugin_state = "missing";
              f.plugin_reason = "its file is gone";
            }),
       "it is ready, but plugin mail has no build: its file is gone"},
      {"quarantined",
       with(facts("available"),
            [](auto& f) {
              f.plugin_state = "quarantined";
              f.plugin_reason = "its workers crashed 3 times";
            }),
       "it is ready, but the build of plugin mail is quarantined: its workers crashed 3 times"},
      {"paused",
       with(facts("available"),
            [](auto& f) {
              f.plugin_state = "paused";
              f.plugin_reason = "ops paused it";
            }),
       "it is ready, but plugin mail is paused: ops paused it"},
      {"draining", with(facts("available"), [](auto& f) { f.draining = true; }),
       "it is ready, but the host is stopping and starts nothing any more"},
      {"disk", with(facts("available"), [](auto& f) { f.disk_low = "3 MiB are free"; }),
       "it is ready, but 3 MiB are free"},
      {"no worker",
       with(facts("available"),
            [](auto& f) { f.worker_trouble = "could not be started: no memory"; }),
       "it is ready, but a worker of plugin mail could not be started: no memory; after a short "
       "wait the next one is started"},
      {"slots", with(facts("available"), [](auto& f) { f.plugin_busy = f.busy = 4; }),
       "it is ready, but all 4 workers of plugin mail are busy (plugins.limits.mail.slots)"},
      {"one slot", with(facts("available"), [](auto& f) { f.plugin_slots = f.plugin_busy = 1; }),
       "it is ready, but the one worker of plugin mail is busy (plugins.limits.mail.slots)"},
      {"workers", with(facts("available"), [](auto& f) { f.busy = 16; }),
       "it is ready, but all 16 workers of the host are busy (workers.max)"},
      {"running", with(facts("running"), [](auto& f) { f.pid = 42; }),
       "it runs since 2026-06-24T10:15:30.000Z as run 2 in the worker with pid 42"},
      {"cancel asked", with(facts("running"), [](auto& f) { f.cancel_asked_by = "ops"; }),
       "it runs since 2026-06-24T10:15:30.000Z as run 2; ops asked to cancel it, and its worker is "
       "killed if it does not end by itself"},
      {"backing off",
       with(facts("retryable"), [](auto& f) { f.last_run = run("retry", "smtp is down"); }),
       "it waits until 2026-06-24T10:15:30.000Z for its next attempt after run 2 ended as retry "
       "(smtp is down)"},
      {"backing off, then paused",
       with(facts("retryable"),
            [](auto& f) {
              f.last_run = run("crashed", "signal 11");
              f.plugin_state = "paused";
              f.plugin_reason = "ops paused it";
            }),
       "it waits until 2026-06-24T10:15:30.000Z for its next attempt after run 2 ended as crashed "
       "(signal 11); and then plugin mail is paused: ops paused it"},
      {"snoozed", with(facts("scheduled"), [](auto& f) { f.last_run = run("snooze"); }),
       "its plugin snoozed it until 2026-06-24T10:15:30.000Z"},
      {"for later", facts("scheduled"), "it was enqueued for 2026-06-24T10:15:30.000Z"},
      {"blocked", with(facts("blocked"), [](auto& f) { f.blocked_by = 5; }),
       "it waits for job 5, which has the turn of the same record and is not finished"},
      {"turn has come", facts("blocked"), "its turn has come, and it is about to be ready"},
      {"completed", with(facts("completed"), [](auto& f) { f.job.finished_at = kAt; }),
       "it is completed since 2026-06-24T10:15:30.000Z, after 2 runs"},
      {"skipped", with(facts("completed"), [](auto& f) { f.last_run = run("skipped"); }),
       "it is completed: its plugin said that the work is done already"},
      {"dead", with(facts("dead"), [](auto& f) { f.job.reason = "no such contact"; }),
       "it is dead: no such contact; 'fieldhook jobs retry 7' runs it again"},
      {"dead for no reason", facts("dead"),
       "it is dead: its plugin gave no reason; 'fieldhook jobs retry 7' runs it again"},
      {"discarded", with(facts("cancelled"), [](auto& f) { f.job.reason = "discarded by ops"; }),
       "it is cancelled: discarded by ops"},
  };
}

TEST(Why, AnswersInOneSentenceForAnyJob) {
  for (const Row& row : rows()) EXPECT_EQ(why(row.facts), row.sentence) << row.name;
}

TEST(Why, HasAnAnswerForEveryState) {
  std::set<std::string> seen;
  for (const Row& row : rows()) seen.insert(row.facts.job.state);
  for (int state = 0; state < kJobStates; ++state)
    EXPECT_TRUE(seen.contains(std::string(name_of(static_cast<JobState>(state)))));
}

}  // namespace
}  // namespace fh
