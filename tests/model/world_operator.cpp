// What an operator and time do to a world that no run does: acting on jobs, pausing plugins,
// forgetting what is old.
#include "model/world.h"

namespace fh::model {
namespace {

const char* name_of(JobActionResult result) {
  switch (result) {
    case JobActionResult::done: return "done";
    case JobActionResult::asked: return "asked";
    case JobActionResult::not_found: return "not found";
    case JobActionResult::misfit: return "misfit";
  }
  return "";
}

// Retention took what it had to, nothing else, and left nothing of it behind.
void expect_kept(const Model& model, const Snapshot& before, const Snapshot& after) {
  const auto number = [](Id id) { return std::to_string(id); };
  for (const auto& [id, delivery] : model.deliveries)
    require(after.deliveries.contains(id), "retention",
            "delivery " + number(id) + " went too soon");
  for (const auto& [id, status] : after.deliveries)
    require(model.deliveries.contains(id), "retention", "delivery " + number(id) + " had to go");
  for (const auto& [id, job] : model.jobs)
    require(after.jobs.contains(id), "retention", "job " + number(id) + " went too soon");
  for (const auto& [id, rows] : after.jobs)
    require(model.jobs.contains(id), "retention", "job " + number(id) + " outlives its delivery");
  for (const auto& [id, runs] : after.runs)
    require(model.jobs.contains(id), "retention", "runs of job " + number(id) + " are left behind");
  for (const auto& [step, row] : after.steps)
    require(model.jobs.contains(step.first), "retention",
            "a step of job " + number(step.first) + " is left behind");
  for (const Id id : after.with_events)
    require(model.deliveries.contains(id), "retention",
            "events of delivery " + number(id) + " are left behind");
  require(before.once == after.once, "retention", "a once key was not kept");
  require(before.states == after.states, "retention", "a plugin's state was not kept");
  require(before.baselines == after.baselines, "retention", "a record's baseline was not kept");
}

}  // namespace

void World::close(Id job, const std::string& state) {
  const JobState final_state = job_state_from(state).value();
  const bool closed =
      write([&](Transaction& tx) { return tx.jobs.close(job, final_state, "by hand", tx.now); });
  require(closed == model.close(job, state), "final is final",
          "job " + std::to_string(job) + " was closed, or not, against the rule");
  check();
}

void World::act(JobAction action, Id job) {
  const JobActionResult result =
      write([&](Transaction& tx) { return act_on_job(tx, action, job, "somebody"); });
  const std::string expected = model.act(std::string(fh::name_of(action)), job);
  require(name_of(result) == expected, "final is final",
          std::string(fh::name_of(action)) + " of job " + std::to_string(job) + " is " +
              name_of(result) + ", not " + expected);
  check();
}

void World::pause(const std::string& plugin) {
  write([&](Transaction& tx) {
    tx.holds.pause(plugin, "somebody", tx.now);
    return true;
  });
  model.paused.insert(plugin);
  check();
}

void World::resume(const std::string& plugin) {
  const bool resumed = write([&](Transaction& tx) { return tx.holds.resume(plugin); });
  require(resumed, "pause", plugin + " was paused, and nobody knows of it");
  model.paused.erase(plugin);
  dispatcher_->look_at(plugin);
  check();
}

// A few at a time; from the start again when its last round did not end with the oldest.
void World::prune(const KeepTerms& terms) {
  constexpr int kAtOnce = 3;
  const RetentionTerms real{Millis(terms.age), Millis(terms.dead), terms.too_large ? 1U : 0U};
  const Snapshot before = reader_->read();
  write([&](Transaction& tx) {
    for (int round = 0; round < 2; ++round)
      while (tx.retention.prune(real, tx.now, kAtOnce)) continue;
    return true;
  });
  model.prune(terms, model.now);
  expect_kept(model, before, reader_->read());
  check();
}

}  // namespace fh::model
