#include "model/model.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace fh::model {
namespace {

constexpr std::int64_t kDedupeWindow = 10 * 60 * 1000;
constexpr std::int64_t kSenderIdKept = 7LL * 24 * 60 * 60 * 1000;
constexpr std::int64_t kFirstBackoff = 1000;
constexpr std::int64_t kMostBackoff = 60'000;
constexpr int kMostCrashes = 2;
constexpr int kMostLost = 5;

std::int64_t backoff_after(int failures) {
  std::int64_t wait = kFirstBackoff;
  for (int i = 1; i < failures; ++i) wait = std::min(wait * 4, kMostBackoff);
  return wait;
}

}  // namespace

bool is_final_name(const std::string& state) {
  return state == "completed" || state == "dead" || state == "cancelled";
}

bool holds_turn(const std::string& state) {
  return state == "available" || state == "running" || state == "retryable";
}

const PluginTerms& Model::terms(const std::string& plugin) const {
  for (const PluginTerms& terms : plugins_)
    if (terms.name == plugin) return terms;
  throw std::logic_error("the model knows no plugin " + plugin);
}

Id Model::canonical(Id record) const {
  const auto found = merged_.find(record);
  return found == merged_.end() ? record : found->second;
}

Id Model::resolve(const ModelEvent& event) {
  std::set<Id> known;
  for (const std::string& alias : {"uuid:" + event.uuid, "id:" + event.id})
    if (const auto found = aliases_.find(alias); found != aliases_.end())
      known.insert(found->second);
  if (known.size() == 2) merge(*known.begin(), *known.rbegin());
  const Id record = known.empty() ? ++last_record_ : *known.begin();
  if (!event.uuid.empty()) aliases_["uuid:" + event.uuid] = record;
  if (!event.id.empty()) aliases_["id:" + event.id] = record;
  return record;
}

void Model::merge(Id into, Id from) {
  for (auto& [alias, record] : aliases_)
    if (record == from) record = into;
  for (auto& [record, whole] : merged_)
    if (whole == from) whole = into;
  merged_[from] = into;
  if (const auto old = latest_.find(from); old != latest_.end()) {
    const auto kept = latest_.find(into);
    if (kept == latest_.end() || kept->second.delivery <= old->second.delivery)
      latest_[into] = old->second;
    latest_.erase(from);
  }
  for (const PluginTerms& plugin : plugins_) {
    const auto state = states.find({plugin.name, from});
    if (state == states.end() || states.contains({plugin.name, into})) continue;
    states[{plugin.name, into}] = state->second;
    states.erase({plugin.name, from});
  }
  for (auto& [id, job] : jobs) {
    if (is_final_name(job.state)) continue;
    const bool concerned = job.record == from || job.record == into;
    if (concerned && job.turn && holds_turn(job.state)) job.shares_turn = true;
    if (job.turn == from && !holds_turn(job.state)) job.turn = into;
    if (job.record == from) job.record = into;
  }
}

bool Model::is_duplicate(const ModelEvent& event, Id record) const {
  if (!event.sender_id.empty()) {
    const auto kept = sender_ids_.find(event.sender_id);
    return kept != sender_ids_.end() && kept->second.until > now;
  }
  const auto latest = latest_.find(record);
  return latest != latest_.end() && latest->second.body == event.body &&
         now - latest->second.at <= kDedupeWindow;
}

std::optional<Verdict> Model::accept(const ModelEvent& event, Id delivery) {
  const Model before = *this;
  const Id record = resolve(event);
  Verdict verdict{"ignored", {}};
  if (is_duplicate(event, record)) {
    verdict.status = "duplicate";
  } else {
    for (const PluginTerms& plugin : plugins_) {
      const bool met =
          plugin.field == event.field && (!plugin.value || *plugin.value == event.value);
      if (!met) continue;
      if (open(plugin.name) >= plugin.backlog) {
        *this = before;
        return std::nullopt;
      }
      verdict.jobs.push_back({plugin.name, record, delivery, 0, 0});
    }
    if (!verdict.jobs.empty()) verdict.status = "accepted";
    latest_[record] = {delivery, {}, now};
    if (!verdict.jobs.empty()) {
      latest_[record].body = event.body;
      if (!event.sender_id.empty()) sender_ids_[event.sender_id] = {delivery, now + kSenderIdKept};
    }
  }
  deliveries[delivery] = {verdict.status, now};
  return verdict;
}

void Model::add(const Awaited& awaited, Id id) {
  ModelJob job;
  job.id = id;
  job.plugin = awaited.plugin;
  job.record = awaited.record;
  if (terms(awaited.plugin).serial) job.turn = awaited.record;
  job.delivery = awaited.delivery;
  job.parent = awaited.parent;
  job.place = ++last_place_;
  job.run_at = now + awaited.delay;
  job.state = "available";
  if (awaited.delay > 0)
    job.state = "scheduled";
  else if (job.turn && turn_taken(*job.turn, job.plugin))
    job.state = "blocked";
  jobs[id] = job;
}

bool Model::turn_taken(Id record, const std::string& plugin) const {
  return std::any_of(jobs.begin(), jobs.end(), [&](const auto& entry) {
    const ModelJob& job = entry.second;
    return job.plugin == plugin && job.turn && holds_turn(job.state) &&
           (job.turn == record || canonical(*job.turn) == record);
  });
}

void Model::promote(Id record, const std::string& plugin) {
  if (turn_taken(record, plugin)) return;
  ModelJob* oldest = nullptr;
  for (auto& [id, job] : jobs)
    if (job.plugin == plugin && job.turn == record && job.state == "blocked" &&
        (oldest == nullptr || job.place < oldest->place))
      oldest = &job;
  if (oldest != nullptr) oldest->state = "available";
}

std::optional<Id> Model::next_of(const std::string& plugin) const {
  const ModelJob* oldest = nullptr;
  for (const auto& [id, job] : jobs)
    if (job.plugin == plugin && job.state == "available" &&
        (oldest == nullptr || job.place < oldest->place))
      oldest = &job;
  return oldest == nullptr ? std::nullopt : std::optional(oldest->id);
}

void Model::start(Id id) {
  ModelJob& job = jobs.at(id);
  job.state = "running";
  job.runs.push_back({++job.lease, ""});
}

bool Model::is_live(Id id, Id lease) const {
  const auto job = jobs.find(id);
  return job != jobs.end() && job->second.state == "running" && job->second.lease == lease;
}

void Model::end(Id id, const ModelOutcome& ended) {
  ModelJob& job = jobs.at(id);
  const std::string outcome = heeded(id, ended.name);
  if (std::exchange(job.cancel_asked, false)) job.cancel_heeded = outcome == "cancelled";
  const std::int64_t after = ended.after;
  job.runs.back().outcome = outcome;
  std::string state = "completed";
  std::int64_t wait = 0;
  if (outcome == "retry" || outcome == "timed_out") {
    if (ended.charged) ++job.attempts;
    wait = after >= 0 ? after : backoff_after(job.attempts);
    state = job.attempts >= terms(job.plugin).max_attempts ? "dead" : "retryable";
  } else if (outcome == "crashed") {
    ++job.crashes;
    wait = backoff_after(job.crashes);
    state = job.crashes >= kMostCrashes ? "dead" : "retryable";
  } else if (outcome == "lost") {
    ++job.lost;
    state = job.lost >= kMostLost ? "dead" : "available";
  } else if (outcome == "fail") {
    ++job.attempts;
    state = "dead";
  } else if (outcome == "snooze") {
    wait = std::max<std::int64_t>(after, 0);
    state = "scheduled";
  } else if (outcome == "interrupted") {
    state = "available";
  } else if (outcome == "cancelled") {
    state = "cancelled";
  }
  job.run_at = now + wait;
  if (is_final_name(state)) job.finished_by = job.lease;
  settle(job, state);
}

std::string Model::heeded(Id id, const std::string& outcome) const {
  const bool finished = outcome == "done" || outcome == "skipped";
  return jobs.at(id).cancel_asked && !finished ? "cancelled" : outcome;
}

// Into the new state; whoever waited for the turn that this gives up moves on.
void Model::settle(ModelJob& job, const std::string& state) {
  job.state = state;
  if (holds_turn(state)) return;
  job.shares_turn = false;
  if (!job.turn) return;
  job.turn = job.record;
  promote(job.record, job.plugin);
}

bool Model::close(Id id, const std::string& state) {
  ModelJob& job = jobs.at(id);
  if (is_final_name(job.state) || job.state == "running") return false;
  settle(job, state);
  return true;
}

void Model::reopen(ModelJob& job) {
  job.record = canonical(job.record);
  if (job.turn) job.turn = job.record;
  job.attempts = job.crashes = job.lost = 0;
  job.finished_by.reset();
  job.cancel_heeded = false;
  job.place = ++last_place_;
  job.run_at = now;
  job.state = job.turn && turn_taken(job.record, job.plugin) ? "blocked" : "available";
}

std::string Model::act(const std::string& action, Id id) {
  ModelJob& job = jobs.at(id);
  const bool waits = job.state == "scheduled" || job.state == "retryable";
  if (action == "cancel" && job.state == "running") {
    job.cancel_asked = true;
    return "asked";
  }
  if (action == "retry" && is_final_name(job.state)) {
    reopen(job);
  } else if (action == "release" && waits) {
    wake(job);
  } else if (action == "discard" && job.state == "dead") {
    job.state = "cancelled";
  } else if ((action != "cancel" && action != "discard") || !close(id, "cancelled")) {
    return "misfit";
  }
  return "done";
}

// Ids rise with time, so what follows one that is too young is not looked at; but one that came
// while the clock was ahead is passed over.
void Model::prune(const KeepTerms& terms, std::int64_t time) {
  for (auto delivery = deliveries.begin(); delivery != deliveries.end();) {
    const auto [id, row] = *delivery;
    const bool young = row.received_at > time - terms.age && !terms.too_large;
    if (young && row.received_at <= time) return;
    const bool dead_may_go = row.received_at <= time - terms.dead;
    const bool kept =
        young || std::any_of(jobs.begin(), jobs.end(), [&, of = id](const auto& entry) {
          const ModelJob& job = entry.second;
          return job.delivery == of &&
                 (!is_final_name(job.state) || (job.state == "dead" && !dead_may_go));
        });
    ++delivery;
    if (kept) continue;
    std::erase_if(
        steps, [&, of = id](const auto& step) { return jobs.at(step.first.first).delivery == of; });
    std::erase_if(jobs, [of = id](const auto& entry) { return entry.second.delivery == of; });
    deliveries.erase(id);
  }
}

void Model::wake_due() {
  std::vector<std::pair<std::int64_t, Id>> due;
  for (const auto& [id, job] : jobs)
    if ((job.state == "scheduled" || job.state == "retryable") && job.run_at <= now)
      due.emplace_back(job.run_at, id);
  std::sort(due.begin(), due.end());
  for (const auto& [at, id] : due) wake(jobs.at(id));
}

void Model::wake(ModelJob& job) {
  if (job.state == "retryable" || !job.turn) {
    job.state = "available";
  } else {
    job.place = ++last_place_;
    settle(job, "blocked");
  }
}

void Model::shift_waits(std::int64_t ms) {
  for (auto& [id, job] : jobs)
    if (job.state == "scheduled" || job.state == "retryable") job.run_at += ms;
}

void Model::recover() {
  for (auto& [id, job] : jobs)
    if (job.state == "running") end(id, {"lost"});
}

std::optional<std::int64_t> Model::next_due() const {
  std::optional<std::int64_t> next;
  for (const auto& [id, job] : jobs)
    if (job.state == "scheduled" || job.state == "retryable")
      next = std::min(next.value_or(job.run_at), job.run_at);
  return next;
}

Id Model::open(const std::string& plugin) const {
  return std::count_if(jobs.begin(), jobs.end(), [&](const auto& entry) {
    return entry.second.plugin == plugin && !is_final_name(entry.second.state);
  });
}

}  // namespace fh::model
