#include "runtime/supervisor.h"

#include <algorithm>

#include "base/log.h"

namespace fh {
namespace {

constexpr std::chrono::seconds kTryAgain(1);

}  // namespace

Supervisor::Supervisor(SlotSurroundings surroundings) : surroundings_(std::move(surroundings)) {
  surroundings_.runs = &runs_;
  surroundings_.on_idle = [this](const Slot& slot) {
    {
      const std::lock_guard lock(mutex_);
      // Its own plugin waits for no room. Should more be ready for that by now, it is leased to
      // this slot before the rest is said to be wanted.
      if (slot.idle()) std::erase(hungry_, slot.plugin());
      if (hungry_.empty()) return;
      something_idle_ = true;
    }
    changed_.notify_all();
  };
  surroundings_.on_end = [this] {
    {
      const std::lock_guard lock(mutex_);
      something_ended_ = true;
    }
    changed_.notify_all();
  };
}

Supervisor::~Supervisor() { stop(); }

void Supervisor::start() {
  thread_ = std::jthread([this] { loop(); });
}

void Supervisor::stop() {
  drain(Millis(0));
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Supervisor::want(const std::string& plugin) {
  {
    const std::lock_guard lock(mutex_);
    if (!wanted_.insert(plugin).second) return;
  }
  changed_.notify_all();
}

void Supervisor::plugin_changed(const std::string& plugin) {
  {
    const std::lock_guard lock(mutex_);
    // A slot that works finds out itself when its job is done; an idle one has to be told.
    for (const auto& slot : slots_)
      if (slot->plugin() == plugin) slot->look_again();
    troubles_.erase(plugin);
  }
  surroundings_.dispatcher.look_at(plugin);
}

bool Supervisor::cancel(std::int64_t job) {
  const std::lock_guard lock(mutex_);
  return std::any_of(slots_.begin(), slots_.end(),
                     [job](const auto& slot) { return slot->cancel(job); });
}

void Supervisor::drain(Millis grace) {
  surroundings_.dispatcher.stop_leasing();
  std::unique_lock lock(mutex_);
  draining_ = true;
  for (const auto& slot : slots_) slot->retire();
  const auto gone = [this] { return slots_.empty() || !thread_.joinable(); };
  if (changed_.wait_for(lock, grace, gone)) return;
  for (const auto& slot : slots_) slot->interrupt();
  changed_.wait(lock, gone);
}

void Supervisor::loop() {
  while (true) {
    try {
      if (!turn()) return;
    } catch (const std::exception& error) {
      log_error("supervisor_failed", {{"error", error.what()}});
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kTryAgain, [this] { return stopping_; });
    }
  }
}

// Waits for something to do and does it. False: everything has ended.
bool Supervisor::turn() {
  // Taken out under the lock, ended without it: a slot's end joins its thread.
  std::list<std::unique_ptr<Slot>> ended;
  std::unique_lock lock(mutex_);
  const auto has_work = [this] {
    return something_ended_ || something_idle_ || !wanted_.empty() || stopping_;
  };
  if (const auto next = next_start())
    changed_.wait_until(lock, *next, has_work);
  else
    changed_.wait(lock, has_work);
  something_ended_ = false;
  const bool idle = std::exchange(something_idle_, false);
  if (start_again_ && steady_now() >= *start_again_) start_again_.reset();
  for (auto slot = slots_.begin(); slot != slots_.end();) {
    const auto next = std::next(slot);
    if ((*slot)->ended()) {
      keep_trouble_of(**slot);
      ended.splice(ended.end(), slots_, slot);
    }
    slot = next;
  }
  // The plugin that has waited longest comes first, before what ended asks for its place again.
  while (!draining_ && !hungry_.empty() && start_slot(hungry_.front())) hungry_.pop_front();
  const auto wanted = std::exchange(wanted_, {});
  for (const std::string& plugin : wanted)
    if (!draining_ && !start_slot(plugin)) make_room_for(plugin);
  // There is room again, or can be: for those that found none, if they still want it. And for what
  // the ended ones left waiting.
  std::set<std::string> look = take_due();
  if (idle || !ended.empty()) look.insert(hungry_.begin(), hungry_.end());
  for (const auto& slot : ended) look.insert(slot->plugin());
  lock.unlock();
  ended.clear();
  changed_.notify_all();  // drain() waits for the list to be empty
  for (const std::string& plugin : look) surroundings_.dispatcher.look_at(plugin);
  lock.lock();
  return !stopping_ || !slots_.empty();
}

std::map<std::string, int> Supervisor::count_locked() const {
  std::map<std::string, int> counts;
  for (const auto& slot : slots_)
    if (!slot->ended()) ++counts[slot->plugin()];
  return counts;
}

void Supervisor::keep_trouble_of(const Slot& slot) {
  const SlotStatus status = slot.status();
  if (status.trouble.empty())
    troubles_.erase(slot.plugin());
  else
    troubles_[slot.plugin()] = {status.trouble, status.failures, status.next_start};
}

bool Supervisor::is_put_off(const std::string& plugin) {
  const auto trouble = troubles_.find(plugin);
  if (trouble == troubles_.end() || steady_now() >= trouble->second.next_start) return false;
  trouble->second.wanted = true;
  return true;
}

// When to try again what could not be started.
std::optional<SteadyTime> Supervisor::next_start() const {
  std::optional<SteadyTime> next;
  if (!hungry_.empty()) next = start_again_;
  for (const auto& [plugin, trouble] : troubles_)
    if (trouble.wanted && (!next || trouble.next_start < *next)) next = trouble.next_start;
  return next;
}

// The plugins that were put off until now.
std::set<std::string> Supervisor::take_due() {
  std::set<std::string> due;
  for (auto& [plugin, trouble] : troubles_) {
    if (!trouble.wanted || steady_now() < trouble.next_start) continue;
    trouble.wanted = false;
    due.insert(plugin);
  }
  return due;
}

// True also when the plugin is not to have another slot now: it cannot run, has all its own, or its
// last one could not start a worker.
bool Supervisor::start_slot(const std::string& plugin) {
  const auto known = surroundings_.catalog.find(plugin);
  if (!known || !known->can_run()) return true;
  const auto counts = count_locked();
  const auto own = counts.find(plugin);
  if (own != counts.end() && own->second >= known->terms.slots) return true;
  if (is_put_off(plugin)) return true;
  if (slots_.size() >= surroundings_.workers.max) return false;
  return make_slot(plugin);
}

// False, and for a while without another try: the system gives no descriptor or no thread.
bool Supervisor::make_slot(const std::string& plugin) {
  if (start_again_) return false;
  auto& slot = slots_.emplace_back();
  try {
    const auto before = troubles_.find(plugin);
    slot = std::make_unique<Slot>(surroundings_, plugin,
                                  before == troubles_.end() ? 0 : before->second.failures);
    slot->start();
    return true;
  } catch (const std::exception& error) {
    slots_.pop_back();
    start_again_ = steady_now() + kTryAgain;
    log_error("slot_not_started", {{"plugin", plugin}, {"error", error.what()}});
    return false;
  }
}

// workers.max is reached: an idle worker of another plugin goes first, else the plugin with the
// most slots gives one up when it has had its turn, unless this one has as many. Its end makes the
// dispatcher look again at what waits.
void Supervisor::make_room_for(const std::string& plugin) {
  auto counts = count_locked();
  Slot* victim = nullptr;
  for (const auto& slot : slots_) {
    if (slot->plugin() == plugin || slot->ended() || slot->leaving()) continue;
    if (slot->idle()) {
      victim = slot.get();
      break;
    }
    const int others = counts[slot->plugin()];
    const int own = counts[plugin];
    if ((own == 0 || others > own + 1) && (victim == nullptr || others > counts[victim->plugin()]))
      victim = slot.get();
  }
  if (std::find(hungry_.begin(), hungry_.end(), plugin) == hungry_.end()) hungry_.push_back(plugin);
  if (victim != nullptr) victim->give_way();
}

std::vector<RunningJob> Supervisor::running() const {
  std::vector<RunningJob> jobs;
  const std::lock_guard lock(mutex_);
  for (const auto& slot : slots_) {
    const SlotStatus status = slot->status();
    if (status.job != 0)
      jobs.push_back({status.job, slot->plugin(), status.pid, status.percent, status.progress});
  }
  return jobs;
}

std::string Supervisor::trouble_of(const std::string& plugin) const {
  const std::lock_guard lock(mutex_);
  bool has_worker = false;
  for (const auto& slot : slots_) {
    if (slot->plugin() != plugin) continue;
    const SlotStatus status = slot->status();
    if (!status.trouble.empty()) return status.trouble;
    has_worker = has_worker || status.pid != 0;
  }
  // Later it is for room that it waits.
  const auto before = troubles_.find(plugin);
  const bool put_off = before != troubles_.end() && steady_now() < before->second.next_start;
  return !has_worker && put_off ? before->second.why : "";
}

bool Supervisor::draining() const {
  const std::lock_guard lock(mutex_);
  return draining_;
}

std::map<std::string, int> Supervisor::workers_by_plugin() const {
  const std::lock_guard lock(mutex_);
  return count_locked();
}

}  // namespace fh
