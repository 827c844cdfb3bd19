#include "system/program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/unique_fd.h"

namespace fh::test {
namespace {

UniqueFd memory_file(const char* name) {
  UniqueFd fd(::memfd_create(name, MFD_CLOEXEC));
  if (!fd) throw std::runtime_error("memfd_create failed");
  return fd;
}

std::string content_of(int fd) {
  std::string text;
  std::array<char, 16384> part;
  ssize_t got = 0;
  while ((got = ::pread(fd, part.data(), part.size(), static_cast<off_t>(text.size()))) > 0)
    text.append(part.data(), static_cast<std::size_t>(got));
  return text;
}

struct Stat {
  char state = 'X';
  pid_t parent = 0;
  pid_t group = 0;

  bool lives() const { return state != 'X' && state != 'Z'; }
};

// proc(5): the name before these fields may hold blanks and parentheses.
Stat stat_of(const std::filesystem::path& process) {
  std::string line;
  std::ifstream file(process / "stat");
  Stat stat;
  if (std::getline(file, line))
    std::istringstream(line.substr(line.rfind(')') + 1)) >> stat.state >> stat.parent >> stat.group;
  return stat;
}

}  // namespace

Environment plain_environment() {
  Environment environment;
  for (const char* name : {"PATH", "HOME", "LANG", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS",
                           "TSAN_OPTIONS", "LSAN_OPTIONS"})
    if (const char* value = std::getenv(name)) environment[name] = value;
  return environment;
}

std::vector<std::string> environment_list(const Environment& environment) {
  std::vector<std::string> list;
  for (const auto& [name, value] : environment) list.push_back(std::string(name) += "=" + value);
  return list;
}

std::string executable(const std::string& name) {
  return (std::filesystem::path(FIELDHOOK_BINARY_DIR) / "bin" / name).string();
}

Ran run_program(const std::vector<std::string>& words, const Environment& environment,
                std::chrono::milliseconds within) {
  const UniqueFd out = memory_file("out");
  const UniqueFd err = memory_file("err");
  SpawnOptions options;
  options.arguments = words;
  options.environment = environment_list(environment);
  options.standard_output = out.get();
  options.standard_error = err.get();
  ChildProcess child(options);
  const auto status = child.reap(within);
  if (!status) throw std::runtime_error(words[0] + " did not end: " + content_of(err.get()));
  return {status->code ? *status->code : 128 + status->signal.value_or(0), content_of(out.get()),
          content_of(err.get())};
}

Process::Process(pid_t pid) : pid_(pid), start_time_(process_start_time(pid).value_or("")) {}

bool Process::is_alive() const {
  if (start_time_.empty() || process_start_time(pid_) != start_time_) return false;
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  pollfd end{process.get(), POLLIN, 0};
  return process && ::poll(&end, 1, 0) == 0;
}

void Process::signal(int number) const {
  if (is_alive()) ::kill(pid_, number);
}

std::vector<pid_t> living_members(pid_t group) {
  std::vector<pid_t> members;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const Stat stat = stat_of(entry.path());
    if (stat.group == group && stat.lives()) members.push_back(std::stoi(name));
  }
  return members;
}

}  // namespace fh::test
