#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "runtime/processor_watch.h"

namespace fh {
namespace {

constexpr std::chrono::milliseconds kFirstLook(250);
constexpr std::chrono::seconds kLongestBetween(8);
// So much between two looks, and an eighth of the time at least, is much.
constexpr std::chrono::milliseconds kMuch(250);
constexpr int kShare = 8;
constexpr int kNice = 15;

// User and system time of all its threads; nullopt: it is gone.
std::optional<std::chrono::nanoseconds> processor_time(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0)
    return std::nullopt;
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

// Niceness alone shares by weight, but a nice thread is let finish its turn of some milliseconds,
// and a job that takes a tenth of one waits for it at every step. An idle one is put off at once.
bool put_last(pid_t pid) {
  bool any = ::setpriority(PRIO_PGRP, static_cast<id_t>(pid), kNice) == 0;
  std::error_code gone;
  const std::filesystem::directory_iterator threads("/proc/" + std::to_string(pid) + "/task", gone);
  const sched_param none{};
  for (const auto& thread : threads)
    any |=
        ::sched_setscheduler(std::atoi(thread.path().filename().c_str()), SCHED_IDLE, &none) == 0;
  return any;
}

}  // namespace

void ProcessorWatch::begin(Time now) {
  looked_at_ = now;
  next_look_ = now + kFirstLook;
  used_.reset();
}

void ProcessorWatch::look(Time now) {
  const auto passed = now - looked_at_;
  const auto used = processor_time(pid_);
  const bool much =
      used && used_ && *used - *used_ >= std::max<Time::duration>(kMuch, passed / kShare);
  if (much && !put_back_) put_back_ = put_last(pid_);
  used_ = used;
  looked_at_ = now;
  next_look_ = now + std::min<Time::duration>(kLongestBetween,
                                              std::max<Time::duration>(2 * passed, kFirstLook));
}

}  // namespace fh
