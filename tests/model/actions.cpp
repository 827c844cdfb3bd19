#include <numeric>

#include "model/action.h"
#include "model/world.h"

namespace fh::model {
namespace {

constexpr std::size_t kMostOpen = 40;
constexpr std::int64_t kHour = 60 * 60 * 1000;

// splitmix64: the same numbers with every compiler.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint32_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 16);
  }

 private:
  std::uint64_t state_;
};

const std::string& plugin_at(const World& world, std::uint32_t number) {
  const auto& plugins = world.model.plugins();
  return plugins[number % plugins.size()].name;
}

std::size_t open_jobs(const World& world) {
  std::size_t open = 0;
  for (const auto& [id, job] : world.model.jobs) open += is_final_name(job.state) ? 0U : 1U;
  return open;
}

// A record goes by a uuid, by an id, or by both, so that two that were strangers become one.
void accept(World& world, const Action& action) {
  if (open_jobs(world) >= kMostOpen) return;
  static constexpr const char* kFields[] = {"status", "status", "status",
                                            "status", "level",  "other"};
  static constexpr const char* kValues[] = {"Passed", "Failed", "Open"};
  ModelEvent event;
  const std::string number = std::to_string(action.a % 5);
  const std::uint32_t by = action.b % 8;
  if (by != 0) event.uuid = by < 4 || by == 7 ? "u" + number : "";
  if (by == 0 || event.uuid.empty() || by == 7) event.id = number;
  event.field = kFields[action.c % 6];
  event.value = kValues[action.c / 6 % 3];
  if (action.d % 4 == 0) event.sender_id = "evt-" + std::to_string(action.d / 4 % 8);
  event.body = event.uuid + "/" + event.id + " " + event.field + "=" + event.value + " " +
               std::to_string(action.d / 64 % 2);
  event.whole = action.d / 256 % 2 == 0;
  world.accept(event);
}

void repeat(World& world, const Action& action) {
  if (world.sent.empty() || open_jobs(world) >= kMostOpen) return;
  world.accept(ModelEvent(world.sent[action.a % world.sent.size()]));
}

void offer(World& world, const Action& action) { world.offer(plugin_at(world, action.a)); }

void withdraw(World& world, const Action&) { world.withdraw_all(); }

Outcome outcome_of(const Action& action) {
  static constexpr OutcomeKind kKinds[] = {
      OutcomeKind::done,      OutcomeKind::done,    OutcomeKind::done,    OutcomeKind::skipped,
      OutcomeKind::retry,     OutcomeKind::retry,   OutcomeKind::snooze,  OutcomeKind::fail,
      OutcomeKind::timed_out, OutcomeKind::crashed, OutcomeKind::crashed, OutcomeKind::interrupted,
      OutcomeKind::cancelled};
  Outcome outcome{.kind = kKinds[action.b % std::size(kKinds)], .text = "said so"};
  const std::uint32_t how = action.b / 16 % 8;
  const bool may_ask = outcome.kind == OutcomeKind::retry || outcome.kind == OutcomeKind::snooze;
  if (may_ask && how < 4) outcome.after = Millis(how * 1500);
  if (outcome.kind == OutcomeKind::retry && how == 5) outcome.charged = false;
  return outcome;
}

Effects effects_of(const World& world, const HeldRun& run, const Action& action) {
  Effects effects;
  if (action.c % 4 == 0) effects.state = world.state_write(run, action.c / 4 % 4 == 0);
  if (action.c % 3 == 0 && open_jobs(world) < kMostOpen)
    effects.jobs.push_back(
        world.new_job(plugin_at(world, action.c / 16), action.c / 64 % 2 == 0 ? 0 : 2500));
  return effects;
}

void finish(World& world, const Action& action) {
  if (world.held.empty()) return;
  const std::size_t at = action.a % world.held.size();
  world.finish(at, outcome_of(action), effects_of(world, world.held[at], action));
}

void finish_late(World& world, const Action& action) {
  if (world.ended.empty()) return;
  // Mostly one of the latest: its job may be running again, under another lease.
  const std::size_t back = action.a % std::min<std::size_t>(world.ended.size(), 6);
  world.finish_late(world.ended[world.ended.size() - 1 - back], outcome_of(action));
}

EffectName name_at(std::uint32_t number) {
  return {number % 2 == 0 ? EffectName::Kind::once : EffectName::Kind::step,
          "key-" + std::to_string(number / 2 % 3)};
}

void begin(World& world, const Action& action) {
  if (!world.held.empty()) world.begin(action.a % world.held.size(), name_at(action.b));
}

// Runs `deed` with the place of a run that has a scope open, and that scope's.
template <class Deed>
void with_open_scope(World& world, const Action& action, Deed&& deed) {
  std::vector<std::size_t> inside;
  for (std::size_t at = 0; at < world.held.size(); ++at)
    if (!world.held[at].open.empty()) inside.push_back(at);
  if (inside.empty()) return;
  const std::size_t at = inside[action.a % inside.size()];
  deed(at, action.b % world.held[at].open.size());
}

void commit(World& world, const Action& action) {
  with_open_scope(world, action, [&](std::size_t at, std::size_t scope) {
    world.commit(at, scope, std::to_string(action.d % 1000),
                 effects_of(world, world.held[at], action));
  });
}

void leave(World& world, const Action& action) {
  with_open_scope(world, action,
                  [&](std::size_t at, std::size_t scope) { world.leave(at, scope); });
}

void effect_late(World& world, const Action& action) {
  if (world.ended.empty()) return;
  const std::size_t back = action.a % std::min<std::size_t>(world.ended.size(), 6);
  world.effect_late(world.ended[world.ended.size() - 1 - back], name_at(action.b));
}

void interrupted(World& world, const Action& action) {
  if (!world.held.empty())
    world.ask_interrupted(action.a % world.held.size(), name_at(action.b * 2).name);
}

std::optional<Id> any_job(const World& world, const Action& action) {
  if (world.model.jobs.empty()) return std::nullopt;
  const auto steps = static_cast<std::ptrdiff_t>(action.a % world.model.jobs.size());
  return std::next(world.model.jobs.begin(), steps)->first;
}

template <JobAction kAction>
void act(World& world, const Action& action) {
  if (const auto job = any_job(world, action)) world.act(kAction, *job);
}

void close(World& world, const Action& action) {
  if (const auto job = any_job(world, action))
    world.close(*job, action.b % 2 == 0 ? "cancelled" : "dead");
}

// Of a run under way: its job is one of many.
void cancel_running(World& world, const Action& action) {
  if (!world.held.empty())
    world.act(JobAction::cancel, world.held[action.a % world.held.size()].job.id);
}

void pause(World& world, const Action& action) { world.pause(plugin_at(world, action.a)); }

void resume(World& world, const Action& action) {
  if (world.model.paused.empty()) return;
  const auto steps = static_cast<std::ptrdiff_t>(action.a % world.model.paused.size());
  world.resume(std::string(*std::next(world.model.paused.begin(), steps)));
}

void prune(World& world, const Action& action) {
  static constexpr std::int64_t kAges[] = {0, 1000, 60'000, 30 * kDay};
  static constexpr std::int64_t kLonger[] = {0, 60'000, 180 * kDay};
  const std::int64_t age = kAges[action.a % std::size(kAges)];
  world.prune({age, age + kLonger[action.b % std::size(kLonger)], action.c % 4 == 0});
}

void tick(World& world, const Action& action) {
  static constexpr std::int64_t kSteps[] = {0, 1, 400, 1000, 1500, 4000, 60'000};
  world.turn_clock(kSteps[action.a % std::size(kSteps)]);
  world.tick();
}

// To the very moment, and to the one before it.
void tick_when_due(World& world, const Action& action) {
  const auto due = world.model.next_due();
  if (!due || *due <= world.model.now) return;
  world.turn_clock(*due - world.model.now - (action.a % 3 == 0 ? 1 : 0));
  world.tick();
}

void jump(World& world, const Action& action) {
  static constexpr std::int64_t kJumps[] = {-kHour, kHour, 8 * 24 * kHour};
  world.set_clock(kJumps[action.a % std::size(kJumps)]);
  world.tick();
}

void crash(World& world, const Action&) { world.crash(); }
void restart(World& world, const Action&) { world.restart(); }

}  // namespace

const std::vector<ActionKind>& kinds() {
  static const std::vector<ActionKind> all = {
      {"accept", 30, accept},
      {"repeat", 8, repeat},
      {"offer", 30, offer},
      {"withdraw", 1, withdraw},
      {"finish", 30, finish},
      {"finish late", 6, finish_late},
      {"begin", 14, begin},
      {"commit", 10, commit},
      {"leave", 3, leave},
      {"effect late", 4, effect_late},
      {"interrupted", 4, interrupted},
      {"cancel", 4, act<JobAction::cancel>},
      {"cancel running", 4, cancel_running},
      {"discard", 2, act<JobAction::discard>},
      {"retry", 8, act<JobAction::retry>},
      {"release", 4, act<JobAction::release>},
      {"close", 2, close},
      {"pause", 3, pause},
      {"resume", 4, resume},
      {"prune", 4, prune},
      {"tick", 8, tick},
      {"tick when due", 8, tick_when_due},
      {"jump", 2, jump},
      {"crash", 4, crash},
      {"restart", 1, restart},
  };
  return all;
}

namespace {

// Each seed leaves some kinds out and has some much more often (swarm testing, Groce et al. 2012):
// what is rare when everything happens, a full backlog say, is common in some of the seeds.
std::vector<std::uint32_t> draw_weights(Random& random) {
  constexpr std::uint32_t kFactors[] = {0, 1, 1, 4};
  std::vector<std::uint32_t> weights;
  for (const ActionKind& kind : kinds())
    weights.push_back(static_cast<std::uint32_t>(kind.weight) *
                      kFactors[random.next() % std::size(kFactors)]);
  weights[0] = static_cast<std::uint32_t>(kinds()[0].weight);  // nothing is without a delivery
  return weights;
}

}  // namespace

std::vector<Action> draw_actions(std::uint64_t seed, int count) {
  Random random(seed);
  const std::vector<std::uint32_t> weights = draw_weights(random);
  const auto sum = std::accumulate(weights.begin(), weights.end(), std::uint32_t{0});
  std::vector<Action> actions;
  for (int i = 0; i < count; ++i) {
    std::uint32_t place = random.next() % sum;
    Action action;
    while (place >= weights[action.kind]) place -= weights[action.kind++];
    action.a = random.next();
    action.b = random.next();
    action.c = random.next();
    action.d = random.next();
    actions.push_back(action);
  }
  return actions;
}

std::string describe(const Action& action) {
  return std::string(kinds()[action.kind].name) + " " + std::to_string(action.a) + " " +
         std::to_string(action.b) + " " + std::to_string(action.c) + " " + std::to_string(action.d);
}

}  // namespace fh::model
