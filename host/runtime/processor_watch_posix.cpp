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

using std::chrono::milliseconds;

constexpr milliseconds kFirstLook(250);
constexpr milliseconds kSecondLook(500);
constexpr std::chrono::seconds kLongestBetween(8);
// So much between two looks, and an eighth of the time at least, is much for one run, and for none.
constexpr milliseconds kMuch(250);
constexpr int kShare = 8;
// Many short runs may use more: they are many jobs. Whoever comes last is given less than it wants,
// and has to want much less before the next one is let among the others.
constexpr double kShareOfMany = 0.75;
constexpr int kLess = 8;
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
bool make_last(pid_t pid) {
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

void ProcessorWatch::put_last(Time now) {
  last_ = make_last(pid_);
  looked_at_ = changed_ = now;
  next_look_ = now + kFirstLook;
}

void ProcessorWatch::begin(Time now) {
  works_ = true;
  changed_ = now;
  next_look_ = std::min(next_look_, now + kFirstLook);
}

void ProcessorWatch::end(Time now) {
  works_ = false;
  changed_ = now;
  next_look_ = std::min(next_look_, now + kFirstLook);
}

bool ProcessorWatch::is_much(std::chrono::nanoseconds used, Time::duration passed) const {
  const auto much = is_one_stretch()
                        ? std::max<std::chrono::nanoseconds>(kMuch, passed / kShare)
                        : std::chrono::duration_cast<std::chrono::nanoseconds>(
                              std::chrono::duration<double, std::nano>(passed) * kShareOfMany);
  return used >= (last_ ? much / kLess : much);
}

void ProcessorWatch::look(Time now) {
  const auto passed = now - looked_at_;
  const auto used = processor_time(pid_);
  // Whether a run that has just ended left something behind, the next look tells.
  if (used && used_ && (works_ || is_one_stretch())) {
    const bool much = is_much(*used - *used_, passed);
    if (much && !last_) last_ = make_last(pid_);
    looked_at_last_ = last_;
    calm_ = !much;
  }
  next_look_ =
      now + (is_one_stretch() ? std::clamp<Time::duration>(2 * passed, kSecondLook, kLongestBetween)
                              : kSecondLook);
  used_ = used;
  looked_at_ = now;
}

}  // namespace fh
