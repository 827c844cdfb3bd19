#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/process_load.h"

namespace fh {
namespace {

constexpr int kNice = 15;

std::filesystem::directory_iterator threads_of(int pid) {
  std::error_code gone;
  return std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone);
}

// proc(5): its state follows its name, which is in brackets and may have some of its own.
bool is_runnable(const std::filesystem::path& thread) {
  std::ifstream file(thread / "stat");
  std::string stat;
  std::getline(file, stat, '\0');
  const auto name_end = stat.rfind(") ");
  return name_end != std::string::npos && stat.substr(name_end + 2, 1) == "R";
}

}  // namespace

std::optional<std::chrono::nanoseconds> processor_time(int pid) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0)
    return std::nullopt;
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

// Not how long they waited: the system adds that up only when the wait is over.
bool wants_processor(int pid) {
  for (const auto& thread : threads_of(pid))
    if (is_runnable(thread.path())) return true;
  return false;
}

std::optional<std::size_t> writable_memory(int pid) {
  // proc(5): VmData is what RLIMIT_DATA limits, in kB.
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmData:")) return std::stoull(line.substr(7)) << 10U;
  return std::nullopt;
}

// Niceness alone shares by weight, but a nice thread is let finish its turn of some milliseconds,
// and a job that takes a tenth of one waits for it at every step. An idle one is put off at once.
bool put_last(int pid) {
  bool any = ::setpriority(PRIO_PGRP, static_cast<id_t>(pid), kNice) == 0;
  const sched_param none{};
  for (const auto& thread : threads_of(pid))
    any |=
        ::sched_setscheduler(std::atoi(thread.path().filename().c_str()), SCHED_IDLE, &none) == 0;
  return any;
}

}  // namespace fh
