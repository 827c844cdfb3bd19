#include "model/invariants.h"

#include <algorithm>

namespace fh::model {
namespace {

std::string named(const ModelJob& job) {
  return "job " + std::to_string(job.id) + " of " + job.plugin + " (" + job.state + ")";
}

const SeenJob& row_of(const Snapshot& seen, Id job) { return seen.jobs.at(job).front(); }

// Every job that was accepted is in exactly one table, and no other job is.
void conservation(const Model& model, const Snapshot& seen) {
  for (const auto& [id, job] : model.jobs) {
    const auto rows = seen.jobs.find(id);
    require(rows != seen.jobs.end(), "no loss", named(job) + " is gone");
    require(rows->second.size() == 1, "conservation", named(job) + " is in both tables");
    const SeenJob& row = rows->second.front();
    require(row.plugin == job.plugin && row.delivery == job.delivery && row.parent == job.parent,
            "conservation", named(job) + " is another job now");
    require(row.record == job.record || model.canonical(row.record) == job.record, "conservation",
            named(job) + " is of another record now");
    require(row.in_history == is_final_name(row.state), "conservation",
            named(job) + " is " + row.state + " in the wrong table");
  }
  for (const auto& [id, rows] : seen.jobs)
    require(model.jobs.contains(id), "conservation",
            "job " + std::to_string(id) + " of " + rows.front().plugin + " came from nowhere");
}

// A delivery is what it was answered to be, and makes its jobs once.
void deliveries(const Model& model, const Snapshot& seen) {
  for (const auto& [id, delivery] : model.deliveries) {
    const auto row = seen.deliveries.find(id);
    require(row != seen.deliveries.end(), "no loss", "delivery " + std::to_string(id) + " is gone");
    require(row->second == delivery.status, "dedupe",
            "delivery " + std::to_string(id) + " is " + row->second + ", not " + delivery.status);
  }
}

void tallies(const Snapshot& seen) {
  ByNames<std::int64_t> counted;
  for (const auto& [id, rows] : seen.jobs)
    for (const SeenJob& row : rows) ++counted[{row.plugin, row.state}];
  for (const auto& [place, count] : counted) {
    const auto tally = seen.tallies.find(place);
    const auto kept = tally == seen.tallies.end() ? 0 : tally->second;
    require(kept == count, "tallies",
            place.first + " " + place.second + ": " + std::to_string(kept) + " kept, " +
                std::to_string(count) + " counted");
  }
  require(seen.tallies.size() == counted.size(), "tallies", "some are of nothing");
}

// A running job has one live lease, of this host; every run has a lease of its own, and they rise.
void leases(const Model& model, const Snapshot& seen, Id host_run) {
  for (const auto& [id, job] : model.jobs) {
    const SeenJob& row = row_of(seen, id);
    const bool runs = row.state == "running";
    require(row.has_deadline == runs, "one live lease", named(job) + " has a deadline or lacks it");
    require(!runs || row.host_run == host_run, "one live lease",
            named(job) + " runs for a host that is gone");
    require(!runs || model.is_live(id, row.lease), "one live lease",
            named(job) + " is running, and nobody has that lease");
    require(row.lease == job.lease, "one live lease",
            named(job) + " has lease " + std::to_string(row.lease) + ", not " +
                std::to_string(job.lease));
    const auto found = seen.runs.find(id);
    const std::size_t started = found == seen.runs.end() ? 0 : found->second.size();
    require(started == job.runs.size(), "one live lease",
            named(job) + " has " + std::to_string(started) + " runs, not " +
                std::to_string(job.runs.size()));
  }
}

// Who was asked to end did, unless its work was finished.
void cancels(const Model& model, const Snapshot& seen) {
  for (const auto& [id, job] : model.jobs)
    require(!job.cancel_heeded || row_of(seen, id).state == "cancelled", "cancel",
            named(job) + " was cancelled while it ran, and is " + row_of(seen, id).state);
}

// How each run ended, and which lease ended the job, is as it was when that was accepted.
void fencing(const Model& model, const Snapshot& seen) {
  for (const auto& [id, job] : model.jobs) {
    for (std::size_t run = 0; run < job.runs.size(); ++run) {
      const SeenRun& row = seen.runs.at(id)[run];
      const ModelRun& expected = job.runs[run];
      require(row.lease == expected.lease && row.outcome == expected.outcome &&
                  row.ended != expected.outcome.empty(),
              "fencing",
              named(job) + " run " + std::to_string(run + 1) + " ended as \"" + row.outcome +
                  "\" under lease " + std::to_string(row.lease) + ", not as \"" + expected.outcome +
                  "\" under " + std::to_string(expected.lease));
    }
    const SeenJob& row = row_of(seen, id);
    require(!job.finished_by || !row.in_history || row.lease == *job.finished_by, "fencing",
            named(job) + " was finished by another lease");
  }
}

void accounting(const Model& model, const Snapshot& seen) {
  for (const auto& [id, job] : model.jobs) {
    const SeenJob& row = row_of(seen, id);
    const auto same = [&](const char* what, int kept, int expected) {
      require(kept == expected, "accounting",
              named(job) + " has " + std::to_string(kept) + " " + what + ", not " +
                  std::to_string(expected));
    };
    same("runs", row.runs, static_cast<int>(job.runs.size()));
    same("attempts", row.attempts, job.attempts);
    same("crashes", row.crashes, job.crashes);
    same("lost", row.lost, job.lost);
  }
}

void final_is_final(const Model& model, const Snapshot& seen) {
  for (const auto& [id, job] : model.jobs)
    require(!is_final_name(job.state) || row_of(seen, id).state == job.state, "final is final",
            named(job) + " is " + row_of(seen, id).state);
}

// At most one holder of a record's turn; but two that held theirs when their records became one
// keep them.
void order(const Model& model, const Snapshot& seen) {
  std::map<std::pair<std::string, Id>, std::vector<const ModelJob*>> holders;
  std::set<std::pair<std::string, Id>> waited_for;
  for (const auto& [id, job] : model.jobs) {
    const SeenJob& row = row_of(seen, id);
    const std::pair key{row.plugin, model.canonical(row.record)};
    if (row.serial && holds_turn(row.state)) holders[key].push_back(&job);
    if (row.state == "blocked") waited_for.insert(key);
  }
  for (const auto& [key, jobs] : holders) {
    const auto bare = std::count_if(jobs.begin(), jobs.end(),
                                    [](const ModelJob* job) { return !job->shares_turn; });
    require(jobs.size() == 1 || bare == 0, "order",
            named(*jobs.front()) + " and " + named(*jobs.back()) + " hold one record's turn");
  }
  for (const auto& key : waited_for)
    require(holders.contains(key), "liveness",
            "jobs of " + key.first + " wait for a turn that nobody has");
}

// Nobody waits whom nothing stops: a job that is ready has a worker if one is idle.
void promptness(const Model& model, const Snapshot& seen,
                const std::map<std::string, int>& offered) {
  for (const auto& [id, job] : model.jobs) {
    const SeenJob& row = row_of(seen, id);
    const auto idle = offered.find(row.plugin);
    const bool may_start = row.state == "available" && !model.paused.contains(row.plugin);
    require(!may_start || idle == offered.end() || idle->second == 0, "liveness",
            named(job) + " is ready, and an idle worker does not get it");
  }
}

template <class Key>
void compare_effects(const std::map<Key, ModelEffect>& expected,
                     const std::map<Key, SeenEffect>& seen, const char* invariant) {
  require(expected.size() == seen.size(), invariant, "some are missing or too many");
  for (const auto& [key, effect] : expected) {
    const auto row = seen.find(key);
    require(row != seen.end(), invariant, "\"" + key.second + "\" is gone");
    require(effect.commits <= 1, invariant, "\"" + key.second + "\" was committed twice");
    require(row->second.result == effect.result, invariant,
            "the result of \"" + key.second + "\" is not the one committed");
    require(row->second.job == effect.job && row->second.lease == effect.lease, invariant,
            "\"" + key.second + "\" is in other hands");
  }
}

void states(const Model& model, const Snapshot& seen) {
  require(model.states.size() == seen.states.size(), "state", "some are missing or too many");
  for (const auto& [key, state] : model.states) {
    const auto row = seen.states.find(key);
    require(row != seen.states.end() && row->second.version == state.version &&
                row->second.value == state.value,
            "state", "of " + key.first + " is not what was last committed");
  }
}

// What is left: the job is exactly where docs/job-life-cycle.md says, due when it says.
void life_cycle(const Model& model, const Snapshot& seen) {
  for (const auto& [id, job] : model.jobs) {
    const SeenJob& row = row_of(seen, id);
    const bool waits = job.state == "scheduled" || job.state == "retryable";
    require(!waits || row.state == job.state, "due",
            named(job) + " is " + row.state + " before its time");
    const bool turns = holds_turn(job.state) != holds_turn(row.state);
    require(row.state == job.state, turns ? "order" : "life cycle",
            named(job) + " is " + row.state);
    require((row.state != "scheduled" && row.state != "retryable") || row.run_at_ms == job.run_at,
            "due",
            named(job) + " is due at " + std::to_string(row.run_at_ms) + ", not at " +
                std::to_string(job.run_at));
  }
}

}  // namespace

void check_invariants(const Model& model, const Snapshot& seen, Id host_run,
                      const std::map<std::string, int>& offered) {
  conservation(model, seen);
  deliveries(model, seen);
  tallies(seen);
  leases(model, seen, host_run);
  cancels(model, seen);
  fencing(model, seen);
  accounting(model, seen);
  final_is_final(model, seen);
  order(model, seen);
  promptness(model, seen, offered);
  compare_effects(model.once, seen.once, "once");
  compare_effects(model.steps, seen.steps, "step");
  states(model, seen);
  life_cycle(model, seen);
}

}  // namespace fh::model
