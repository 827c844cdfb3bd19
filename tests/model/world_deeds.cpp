// What can be done to a world: to the store first, then to the model, then both are compared.
#include <algorithm>

#include "model/world.h"
#include "queue/recover.h"

namespace fh::model {
namespace {

constexpr BackoffPolicy kBackoff{Millis(1000), Millis(60'000)};

AskingRun asking(const HeldRun& run) { return {run.job.plugin, run.job.id, run.job.lease}; }

std::string named(const HeldRun& run) {
  return "job " + std::to_string(run.job.id) + " under lease " + std::to_string(run.job.lease);
}

Event event_of(const ModelEvent& event) {
  Event read;
  read.aliases = {event.uuid, event.id};
  read.changes[event.field] = {std::nullopt, event.value};
  read.sender_id = event.sender_id;
  if (event.whole) {
    read.mode = PayloadMode::changes_with_snapshot;
    const Json record = {{event.field, event.value}, {"of", event.uuid + event.id}};
    read.snapshot = SnapshotText(record);
  }
  return read;
}

const char* name_of(Begin begin) {
  switch (begin) {
    case Begin::begun: return "begun";
    case Begin::done: return "done";
    case Begin::busy: return "busy";
    case Begin::nested: return "nested";
    case Begin::lease_lost: return "lease lost";
  }
  return "";
}

}  // namespace

void World::accept(const ModelEvent& event) {
  sent.push_back(event);
  if (sent.size() > 12) sent.pop_front();
  Arrival arrival;
  arrival.delivery = store_->new_delivery_id();
  arrival.source = &source_;
  arrival.body_hash = event.body;
  Event read = event_of(event);
  arrival.body = to_text(event.body) + read.snapshot.text();
  if (event.whole) read.snapshot_at = arrival.body.size() - read.snapshot.text().size();
  arrival.events.emplace_back(std::move(read));
  const auto expected = model.accept(event, arrival.delivery);
  std::optional<Acceptance> answer;
  try {
    answer = write([&](Transaction& tx) { return fh::accept(tx, arrival, plugins_.catalog()); });
  } catch (const BacklogFull&) {
  }
  require(
      answer.has_value() == expected.has_value(), "backlog",
      answer ? "a job was accepted beyond the limit" : "a delivery was refused below the limit");
  if (expected) {
    const std::string status(name_of(answer->status));
    require(status == expected->status, "dedupe",
            "delivery " + std::to_string(arrival.delivery) + " is " + status + ", not " +
                expected->status);
    awaited_ = expected->jobs;
  }
  check();
}

bool World::conflicts(const HeldRun& run, const Effects& effects) const {
  if (!effects.state) return false;
  const auto state = model.states.find({run.job.plugin, model.jobs.at(run.job.id).record});
  const Id version = state == model.states.end() ? 0 : state->second.version;
  return effects.state->expected != version;
}

// What the run wrote, into the model; before its end, as the store does it.
void World::apply(const HeldRun& run, const Effects& effects) {
  const ModelJob& job = model.jobs.at(run.job.id);
  if (effects.state) {
    ModelState& state = model.states[{job.plugin, job.record}];
    ++state.version;
    state.value = effects.state->value;
  }
  for (const NewJob& fresh : effects.jobs)
    awaited_.push_back({fresh.plugin, job.record, job.delivery, job.id,
                        to_ms(fresh.run_at) - to_ms(fresh.created_at)});
  adopt(reader_->read());
}

void World::finish(std::size_t at, const Outcome& outcome, const Effects& effects) {
  const HeldRun run = held[at];
  held.erase(held.begin() + static_cast<std::ptrdiff_t>(at));
  ended.push_back(run);
  RunEnd end{.job = run.job.id, .lease = run.job.lease, .outcome = outcome, .effects = effects};
  end.backoff = kBackoff;
  const auto next = write([&](Transaction& tx) { return finish_run(tx, end); });
  require(next.has_value(), "fencing", named(run) + " is live and could not finish");
  ModelOutcome ended_as{std::string(fh::name_of(outcome.kind)),
                        outcome.after ? outcome.after->count() : -1, outcome.charged};
  if (keeps_effects(outcome.kind) && conflicts(run, effects)) ended_as = {"retry"};
  ended_as.name = model.heeded(run.job.id, ended_as.name);
  if (ended_as.name == "done" || ended_as.name == "snooze") apply(run, effects);
  model.end(run.job.id, ended_as);
  check();
}

void World::finish_late(const HeldRun& run, const Outcome& outcome) {
  RunEnd end{.job = run.job.id, .lease = run.job.lease, .outcome = outcome};
  end.effects.jobs.push_back(new_job(run.job.plugin, 0));
  expect_unchanged("a late result", [&] {
    const auto next = write([&](Transaction& tx) { return finish_run(tx, end); });
    require(!next, "fencing", named(run) + " is over, and its late result was taken");
  });
}

ModelEffect* World::find_effect(const HeldRun& run, const EffectName& name) {
  const bool once = name.kind == EffectName::Kind::once;
  if (once && !model.once.contains({run.job.plugin, name.name})) return nullptr;
  if (!once && !model.steps.contains({run.job.id, name.name})) return nullptr;
  return &effect(run, name);
}

ModelEffect& World::effect(const HeldRun& run, const EffectName& name) {
  return name.kind == EffectName::Kind::once ? model.once[{run.job.plugin, name.name}]
                                             : model.steps[{run.job.id, name.name}];
}

Begin World::expected_begin(const HeldRun& run, const EffectName& name) {
  const ModelEffect* row = find_effect(run, name);
  if (row == nullptr) return Begin::begun;
  if (row->result) return Begin::done;
  if (row->job == run.job.id && row->lease == run.job.lease) return Begin::nested;
  return row->lease != 0 && model.is_live(row->job, row->lease) ? Begin::busy : Begin::begun;
}

void World::begin(std::size_t at, const EffectName& name) {
  HeldRun& run = held[at];
  const Begin expected = expected_begin(run, name);
  const auto begun = write([&](Transaction& tx) { return begin_effect(tx, asking(run), name); });
  const char* invariant = name.kind == EffectName::Kind::once ? "once" : "step";
  require(begun.begin == expected, invariant,
          named(run) + " asked for \"" + name.name + "\" and was told " + name_of(begun.begin) +
              ", not " + name_of(expected));
  if (begun.begin == Begin::done)
    require(begun.result == find_effect(run, name)->result, invariant,
            "\"" + name.name + "\" has another result than was committed");
  if (begun.begin == Begin::begun) {
    ModelEffect& row = effect(run, name);
    row.taken_over |= row.lease != 0;
    row.job = run.job.id;
    row.lease = run.job.lease;
    run.open.push_back(name);
  }
  check();
}

void World::commit(std::size_t at, std::size_t scope, const std::string& result,
                   const Effects& effects) {
  HeldRun& run = held[at];
  const EffectName name = run.open[scope];
  const auto obstacle =
      write([&](Transaction& tx) { return finish_effect(tx, asking(run), name, result, effects); });
  const bool conflicted = obstacle && obstacle->kind == Obstacle::Kind::state_conflict;
  require(!obstacle || conflicted, "fencing", named(run) + " is live and could not commit");
  require(conflicted == conflicts(run, effects), "state", named(run) + " met a wrong conflict");
  if (!conflicted) {
    run.open.erase(run.open.begin() + static_cast<std::ptrdiff_t>(scope));
    ModelEffect& row = effect(run, name);
    row.lease = 0;
    row.result = result;
    ++row.commits;
    apply(run, effects);
  }
  check();
}

void World::leave(std::size_t at, std::size_t scope) {
  HeldRun& run = held[at];
  const EffectName name = run.open[scope];
  run.open.erase(run.open.begin() + static_cast<std::ptrdiff_t>(scope));
  write([&](Transaction& tx) {
    leave_effect(tx, asking(run), name);
    return true;
  });
  effect(run, name).lease = 0;
  check();
}

void World::effect_late(const HeldRun& run, const EffectName& name) {
  expect_unchanged("a late call", [&] {
    const AskingRun asks = asking(run);
    const auto begun = write([&](Transaction& tx) { return begin_effect(tx, asks, name); });
    require(begun.begin == Begin::lease_lost, "fencing", named(run) + " is over, and may begin");
    const auto obstacle =
        write([&](Transaction& tx) { return finish_effect(tx, asks, name, "\"late\"", {}); });
    require(obstacle && obstacle->kind == Obstacle::Kind::lease_lost, "fencing",
            named(run) + " is over, and may commit");
    write([&](Transaction& tx) {
      leave_effect(tx, asks, name);
      return true;
    });
  });
}

void World::ask_interrupted(std::size_t at, const std::string& key) {
  const HeldRun& run = held[at];
  const ModelEffect* row = find_effect(run, {EffectName::Kind::once, key});
  const bool expected =
      row != nullptr && !row->result &&
      (row->taken_over || (row->lease != 0 && !model.is_live(row->job, row->lease)));
  const bool answer = write([&](Transaction& tx) { return was_interrupted(tx, asking(run), key); });
  require(
      answer == expected, "once",
      named(run) + " was told that \"" + key + "\" was" + (answer ? "" : " not") + " interrupted");
  check();
}

void World::turn_clock(std::int64_t ms) {
  clock.advance(Millis(ms));
  model.now += ms;
}

void World::set_clock(std::int64_t ms) {
  clock.jump(Millis(ms));
  model.now += ms;
  model.shift_waits(ms);
}

// Idle workers go aside first: which of several due jobs they would get is the writer's timing.
void World::tick() {
  withdraw_all();
  timer_->tick();
  settle();
  // Which is not the clock's for a day after that was set ahead.
  const TimePoint believed =
      write([&](Transaction& tx) { return tx.retention.time(tx.now, clock.steady()); });
  model.prune({}, to_ms(believed));
  model.wake_due();
  check();
}

void World::orphan_held() {
  ended.insert(ended.end(), held.begin(), held.end());
  held.clear();
}

void World::crash() {
  settle();
  const std::filesystem::path image = folder_ / (std::to_string(++lives_) + ".db");
  for (const char* part : {"", "-wal"})
    if (std::filesystem::exists(file_.string() + part))
      std::filesystem::copy_file(file_.string() + part, image.string() + part);
  shut();
  std::filesystem::remove(file_);
  file_ = image;
  const auto running = held.size();
  orphan_held();
  open();
  const auto lost = static_cast<std::size_t>(recover(*store_));
  require(lost == running, "accounting",
          std::to_string(lost) + " runs were found lost, not " + std::to_string(running));
  model.recover();
  check();
}

void World::restart() {
  withdraw_all();
  while (!held.empty()) finish(0, {.kind = OutcomeKind::interrupted}, {});
  shut();
  open();
  require(recover(*store_) == 0, "accounting", "a run was lost in an orderly end");
  check();
}

NewJob World::new_job(const std::string& plugin, std::int64_t delay_ms) const {
  NewJob job = *plugins_.catalog().job_for(plugin);
  job.created_at = clock.now();
  job.run_at = job.created_at + Millis(delay_ms);
  return job;
}

StateWrite World::state_write(const HeldRun& run, bool stale) const {
  const auto state = model.states.find({run.job.plugin, model.jobs.at(run.job.id).record});
  const Id version = state == model.states.end() ? 0 : state->second.version;
  return {std::to_string(model.now % 1000), version + (stale ? 1 : 0)};
}

void World::drain() {
  const auto open = [this] {
    std::set<std::string> plugins;
    for (const auto& [id, job] : model.jobs)
      if (!is_final_name(job.state)) plugins.insert(job.plugin);
    return plugins;
  };
  while (!model.paused.empty()) resume(std::string(*model.paused.begin()));
  // Every round ends a run or wakes a job at least.
  for (std::size_t rounds = 4 * model.jobs.size() + 10; rounds > 0; --rounds) {
    tick();
    while (!held.empty()) finish(0, {}, {});
    const auto plugins = open();
    if (plugins.empty()) return;
    for (const std::string& plugin : plugins) offer(plugin);
    if (!held.empty()) continue;
    const auto due = model.next_due();
    if (due && *due > model.now) turn_clock(*due - model.now);
  }
  throw Violation("liveness", "some jobs of " + *open().begin() + " never come to their end");
}

}  // namespace fh::model
