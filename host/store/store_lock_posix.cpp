#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/check.h"
#include "base/child_process.h"
#include "base/log.h"
#include "store/store_lock.h"

namespace fh {
namespace {

bool try_lock(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; }

bool lock_within(int fd, Millis patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!try_lock(fd)) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(Millis(5));  // flock() has no timed form
  }
  return true;
}

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

// Waits for a live host that drains; returns when it is gone, or the lock is taken.
void wait_for_live_host(int fd, const std::string& path, const std::string& store_path,
                        Millis drain_patience) {
  const auto start = std::chrono::steady_clock::now();
  bool told = false;
  while (!try_lock(fd)) {
    const Holder holder = read_holder(path);
    if (!is_alive(holder)) return;
    const bool draining = holder.state == "draining";
    const auto waited = std::chrono::steady_clock::now() - start;
    if (waited >= (draining ? std::max(drain_patience, kNoteWait) : kNoteWait))
      throw HostError("store: " + store_path + " is in use by the fieldhookd with pid " +
                      std::to_string(holder.pid) +
                      (draining ? ", which was told to stop and still waits for running jobs: "
                                  "start again when it has ended"
                                : ": stop that one first, or use another store"));
    if (draining && !std::exchange(told, true))
      log_info("waiting_for_old_host", {{"store", store_path}, {"pid", holder.pid}});
    std::this_thread::sleep_for(Millis(5));  // flock() has no timed form
  }
}

}  // namespace

StoreLock::StoreLock(const std::string& store_path, Millis patience, Millis drain_patience)
    : path_(store_path + ".lock") {
  const std::string& path = path_;
  fd_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!fd_)
    throw_errno("store: cannot open " + path + " (the host's user must be able to write there)");
  wait_for_live_host(fd_.get(), path, store_path, drain_patience);
  if (!try_lock(fd_.get())) {
    log_info("waiting_for_old_workers", {{"store", store_path}});
    if (!lock_within(fd_.get(), patience)) {
      WorkerLedger(store_path).kill_recorded();
      if (!lock_within(fd_.get(), patience))
        throw HostError("store: " + path +
                        " is locked by a process that is not known: find it with "
                        "'fuser " +
                        path + "' and end it");
    }
  }
  write_holder("");
}

void StoreLock::note_draining() { write_holder(" draining"); }

void StoreLock::write_holder(const std::string& state) {
  const std::string self =
      std::to_string(::getpid()) + " " + process_start_time(::getpid()).value_or("") + state + "\n";
  if (::ftruncate(fd_.get(), 0) != 0 ||
      ::pwrite(fd_.get(), self.data(), self.size(), 0) != static_cast<ssize_t>(self.size()))
    throw_errno("store: cannot write " + path_);
}

StoreHolder holder_of(const std::string& store_path) {
  const std::string path = store_path + ".lock";
  StoreHolder found;
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return found;
  found.locked = ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0;
  const Holder holder = read_holder(path);
  if (found.locked && is_alive(holder)) found.pid = holder.pid;
  return found;
}

WorkerLedger::WorkerLedger(const std::string& store_path) : folder_(store_path + ".workers") {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) throw HostError("store: cannot make " + folder_ + ": " + error.message());
}

void WorkerLedger::record(int pid) {
  std::ofstream file(folder_ + "/" + std::to_string(pid));
  file << process_start_time(pid).value_or("") << '\n';
  if (!file.flush()) throw HostError("store: cannot write in " + folder_);
}

void WorkerLedger::erase(int pid) {
  std::error_code ignored;
  std::filesystem::remove(folder_ + "/" + std::to_string(pid), ignored);
}

void WorkerLedger::kill_recorded() {
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const int pid = std::atoi(entry.path().filename().c_str());
    std::string start_time;
    std::ifstream(entry.path()) >> start_time;
    if (pid > 1) kill_recorded_group(pid, start_time);
    std::error_code ignored;
    std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace fh
