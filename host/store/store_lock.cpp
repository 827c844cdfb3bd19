#include "store/store_lock.h"

#include <algorithm>
#include <fstream>
#include <thread>

#include "base/check.h"
#include "base/child_process.h"
#include "base/log.h"
#include "store/worker_ledger.h"

namespace fh {
namespace {

std::string lock_path(const std::string& store_path) { return store_path + ".lock"; }

struct Holder {
  int pid = 0;
  std::string start_time;
  std::string state;  // "draining"
};

Holder read_holder(const std::string& path) {
  Holder holder;
  std::ifstream(path) >> holder.pid >> holder.start_time >> holder.state;
  return holder;
}

bool is_alive(const Holder& holder) {
  return holder.pid > 0 && process_start_time(holder.pid) == holder.start_time;
}

// A host that was told to stop a moment ago may not have noted it yet.
constexpr Millis kNoteWait(1000);

// A live host holds the lock: one that drains is waited for.
class OldHost {
 public:
  OldHost(const std::string& store_path, Millis patience, std::chrono::steady_clock::time_point now)
      : store_path_(store_path), patience_(std::max(patience, kNoteWait)), since_(now) {}

  void wait(const Holder& holder, std::chrono::steady_clock::time_point now) {
    const bool draining = holder.state == "draining";
    if (now >= since_ + (draining ? patience_ : kNoteWait))
      throw HostError("store: " + store_path_ + " is in use by the fieldhookd with pid " +
                      std::to_string(holder.pid) +
                      (draining ? ", which was told to stop and still waits for running jobs: "
                                  "start again when it has ended"
                                : ": stop that one first, or use another store"));
    if (draining && !std::exchange(told_, true))
      log_info("waiting_for_old_host", {{"store", store_path_}, {"pid", holder.pid}});
  }

 private:
  const std::string& store_path_;
  const Millis patience_;
  const std::chrono::steady_clock::time_point since_;
  bool told_ = false;
};

// Nobody who is known holds the lock: the workers of a host that is gone, as a rule, which end
// soon, or are ended. But a host that has just taken it may not have noted itself yet.
class OldWorkers {
 public:
  OldWorkers(const std::string& store_path, Millis patience)
      : store_path_(store_path), patience_(patience) {}

  void wait(std::chrono::steady_clock::time_point now) {
    if (!std::exchange(seen_, true)) {
      since_ = now;
      return;
    }
    if (!std::exchange(told_, true)) log_info("waiting_for_old_workers", {{"store", store_path_}});
    if (now < since_ + patience_) return;
    if (killed_)
      throw HostError("store: " + lock_path(store_path_) +
                      " is locked by a process that is not known: find it with 'fuser " +
                      lock_path(store_path_) + "' and end it");
    WorkerLedger(store_path_).kill_recorded();
    killed_ = true;
    since_ = now;
  }

 private:
  const std::string& store_path_;
  const Millis patience_;
  std::chrono::steady_clock::time_point since_{};
  bool seen_ = false;
  bool told_ = false;
  bool killed_ = false;
};

}  // namespace

StoreLock::StoreLock(const std::string& store_path, const StoreLockTerms& terms)
    : file_(lock_path(store_path)) {
  OldHost old_host(store_path, terms.drain, std::chrono::steady_clock::now());
  OldWorkers old_workers(store_path, terms.workers);
  while (!file_.try_lock()) {
    if (terms.give_up && terms.give_up()) throw NotWanted();
    const auto now = std::chrono::steady_clock::now();
    const Holder holder = read_holder(lock_path(store_path));
    if (is_alive(holder))
      old_host.wait(holder, now);
    else
      old_workers.wait(now);
    std::this_thread::sleep_for(Millis(5));  // there is no timed form
  }
  write_holder("");
}

void StoreLock::note_draining() { write_holder(" draining"); }

void StoreLock::write_holder(const std::string& state) {
  const int pid = own_pid();
  file_.write(std::to_string(pid) + " " + process_start_time(pid).value_or("") + state + "\n");
}

StoreHolder holder_of(const std::string& store_path) {
  const std::string path = lock_path(store_path);
  StoreHolder found;
  found.locked = is_locked(path);
  if (!found.locked) return found;
  const Holder holder = read_holder(path);
  if (is_alive(holder)) found.pid = holder.pid;
  return found;
}

}  // namespace fh
