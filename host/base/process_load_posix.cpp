#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/process_load.h"
#include "base/process_stat_posix.h"

namespace fh {
namespace {

constexpr int kNice = 15;

std::filesystem::directory_iterator threads_of(int pid) {
  std::error_code gone;
  return std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone);
}

constexpr int kState = 3;
constexpr int kTicksInKernel = 15;

}  // namespace

std::optional<ProcessorTime> processor_time(int pid) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0)
    return std::nullopt;
  const std::int64_t ticks =
      std::atoll(stat_field("/proc/" + std::to_string(pid), kTicksInKernel).c_str());
  return ProcessorTime{
      std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec),
      std::chrono::nanoseconds(std::chrono::seconds(ticks)) / ::sysconf(_SC_CLK_TCK)};
}

// Not how long they waited: the system adds that up only when the wait is over.
bool wants_processor(int pid) {
  for (const auto& thread : threads_of(pid))
    if (stat_field(thread.path(), kState) == "R") return true;
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

bool stop_process(int pid) { return ::kill(pid, SIGSTOP) == 0; }

bool continue_process(int pid) { return ::kill(pid, SIGCONT) == 0; }

}  // namespace fh
