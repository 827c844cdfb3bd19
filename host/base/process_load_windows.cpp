#include "base/process_load.h"
#include "base/windows_api.h"

namespace fh {
namespace {

std::chrono::nanoseconds as_time(const FILETIME& time) {
  const auto ticks = (std::uint64_t{time.dwHighDateTime} << 32U) | time.dwLowDateTime;
  return std::chrono::nanoseconds(ticks * 100);
}

}  // namespace

std::optional<ProcessorTime> processor_time(int pid) {
  const auto process = open_living(pid, PROCESS_QUERY_LIMITED_INFORMATION);
  FILETIME other{};
  FILETIME system{};
  FILETIME user{};
  if (!process || !::GetProcessTimes(process.get(), &other, &other, &system, &user))
    return std::nullopt;
  return ProcessorTime{as_time(system) + as_time(user), as_time(system)};
}

bool wants_processor(int) { return false; }

std::optional<std::size_t> writable_memory(int pid) {
  const auto process = open_living(pid, PROCESS_QUERY_LIMITED_INFORMATION);
  PROCESS_MEMORY_COUNTERS memory{};
  if (!process || !::K32GetProcessMemoryInfo(process.get(), &memory, sizeof memory))
    return std::nullopt;
  return memory.PagefileUsage;
}

bool put_last(int pid) {
  const auto process = open_living(pid, PROCESS_SET_INFORMATION);
  return process && ::SetPriorityClass(process.get(), IDLE_PRIORITY_CLASS) != 0;
}

bool stop_process(int) { return false; }

bool continue_process(int) { return false; }

}  // namespace fh
