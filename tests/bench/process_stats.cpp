#include "bench/process_stats.h"

#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "base/check.h"

namespace fh::bench {
namespace {

// The number after "NAME:" in /proc/PID/status, proc(5).
std::optional<long> status_number(pid_t pid, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name + ":")) return std::stol(line.substr(name.size() + 1));
  return std::nullopt;
}

std::optional<pid_t> pid_from(const std::string& text) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return pid;
}

}  // namespace

std::size_t resident_bytes(pid_t pid) {
  const auto kibibytes = status_number(pid, "VmRSS");
  if (!kibibytes) throw HostError("process " + std::to_string(pid) + " is gone");
  return static_cast<std::size_t>(*kibibytes) * 1024;
}

std::chrono::nanoseconds cpu_time(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
    throw HostError("process " + std::to_string(pid) + " is gone");
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto other = pid_from(entry.path().filename().string());
    if (other && status_number(*other, "PPid") == pid) children.push_back(*other);
  }
  return children;
}

}  // namespace fh::bench
