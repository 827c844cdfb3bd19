#include "queue/dispatcher.h"

#include <algorithm>

namespace fh {

// Reads what the run needs; "" or why it cannot be had. A row that is gone or damaged is the
// trouble of its job alone, a store that cannot be read everybody's.
std::string Dispatcher::load(Transaction& tx, Lease& lease) {
  const auto damaged = damaged_.find(lease.job.id);
  if (damaged != damaged_.end()) return damaged->second;
  try {
    lease.event = tx.deliveries.event(lease.job.event);
    lease.record = tx.records.load(lease.job.record);
    // All runs of a job see its record under one name, even if it became part of another one.
    if (lease.event.record != lease.job.record)
      lease.record.key = tx.records.load(lease.event.record).key;
    return "";
  } catch (const StoreError& error) {
    if (!error.damaged()) throw;
    damaged_[lease.job.id] = error.what();
    throw FoundDamage("the event or record of job " + std::to_string(lease.job.id) +
                      " cannot be read: " + error.what());
  } catch (const HostError& error) {
    return error.what();
  }
}

void Dispatcher::offer(Offer offer) {
  const std::lock_guard lock(mutex_);
  to_look_at_.insert(offer.plugin);
  offers_[offer.plugin].push_back(std::move(offer));
}

bool Dispatcher::withdraw(IdleWorker* worker) {
  const std::lock_guard lock(mutex_);
  for (auto& [plugin, offers] : offers_)
    if (std::erase_if(offers, [&](const Offer& offer) { return offer.worker == worker; }) > 0)
      return true;
  return false;
}

void Dispatcher::look_at(const std::string& plugin) {
  {
    const std::lock_guard lock(mutex_);
    to_look_at_.insert(plugin);
  }
  nudge();
}

void Dispatcher::stop_leasing() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
}

void Dispatcher::hold_leases(bool held) {
  {
    const std::lock_guard lock(mutex_);
    held_ = held;
  }
  if (!held) nudge();
}

// An empty transaction: it writes nothing and syncs nothing, but its end runs the hook.
void Dispatcher::nudge() {
  store_.write_later("nudge", [](Transaction&) {});
}

void Dispatcher::before_commit(Transaction& tx) {
  due_ = tx.jobs.take_earliest_due();
  const std::lock_guard lock(mutex_);
  to_look_at_.merge(tx.jobs.take_ready());
  if (stopped_ || held_) return;
  looked_at_.assign(to_look_at_.begin(), to_look_at_.end());
  for (const std::string& plugin : looked_at_)
    if (!hindered_.contains(plugin)) lease_or_hinder(tx, plugin);
  to_look_at_.clear();
}

// What is damaged of a plugin as a whole, as the list of what is ready, costs no other.
void Dispatcher::lease_or_hinder(Transaction& tx, const std::string& plugin) {
  try {
    lease_for(tx, plugin);
    tx.tallies.flush();  // its own alone: what was tallied before is written
  } catch (const StoreError& error) {
    if (!error.damaged()) throw;
    hindered_.insert(plugin);
    throw FoundDamage("plugin " + plugin + " gets no job any more: " + error.what());
  }
}

void Dispatcher::lease_for(Transaction& tx, const std::string& plugin) {
  // Whoever ends the hold has the plugin looked at again.
  if (tx.holds.is_paused(plugin)) return;
  std::vector<Offer>& offers = offers_[plugin];
  while (!offers.empty()) {
    const Offer& offer = offers.back();
    if (tx.holds.is_quarantined(plugin, offer.build)) return;
    const TimePoint until = tx.now + offer.timeout;
    auto job = tx.jobs.lease_next(plugin, {tx.host_run, offer.build, tx.now, until});
    if (!job) return;
    Lease lease{std::move(*job), {}, {}, until};
    if (const std::string why = load(tx, lease); !why.empty()) {
      end_unreadable(tx, lease, why);
      continue;
    }
    granted_.emplace_back(offer, std::move(lease));
    offers.pop_back();
  }
  if (tx.jobs.has_ready(plugin)) starved_.push_back(plugin);
}

void Dispatcher::end_unreadable(Transaction& tx, const Lease& lease, const std::string& why) {
  RunEnd end{.job = lease.job.id, .lease = lease.job.lease, .outcome = {}};
  end.outcome = {.kind = OutcomeKind::fail,
                 .text = "its event or record cannot be read: " + why +
                         ": restore a backup, or discard the job"};
  try {
    const auto next = finish_run(tx, end);
    CHECK(next.has_value());
    unreadable_.push_back({lease.job, *next});
  } catch (const StoreError& error) {
    tx.jobs.leave_out(lease.job.id, lease.job.plugin, error);
  }
}

void Dispatcher::after_commit() {
  // Moved out first: a callback may lead to another transaction only after this one is done with.
  auto granted = std::exchange(granted_, {});
  auto starved = std::exchange(starved_, {});
  const auto unreadable = std::exchange(unreadable_, {});
  const auto due = std::exchange(due_, {});
  looked_at_.clear();
  for (auto& [offer, lease] : granted) offer.worker->take(std::move(lease));
  for (const auto& [job, next] : unreadable) {
    damaged_.erase(job.id);
    log_if_dead(job, key_for_log(store_, job.id), next);
  }
  if (callbacks_.starved)
    for (const std::string& plugin : starved) callbacks_.starved(plugin);
  if (callbacks_.due && due) callbacks_.due(*due);
}

void Dispatcher::after_rollback() {
  const std::lock_guard lock(mutex_);
  for (auto& [offer, lease] : std::exchange(granted_, {})) offers_[offer.plugin].push_back(offer);
  to_look_at_.insert(looked_at_.begin(), looked_at_.end());
  looked_at_.clear();
  starved_.clear();
  unreadable_.clear();
}

}  // namespace fh
