#include <cerrno>
#include <fstream>

#include "base/check.h"
#include "base/child_process.h"
#include "pid_file.h"

namespace fh {
namespace {

int pid_in(const std::filesystem::path& path) {
  int pid = 0;
  std::ifstream(path) >> pid;
  return pid;
}

std::string program_of(int pid) {
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/comm"), name);
  return name;
}

// A pid may be given to any other program once its process has ended.
bool is_host(int pid) {
  return pid > 0 && process_start_time(pid) && program_of(pid) == program_of(own_pid());
}

}  // namespace

PidFile::PidFile(std::filesystem::path path) : path_(std::move(path)) {
  const int other = pid_in(path_);
  if (other != own_pid() && is_host(other))
    throw HostError("pid file: " + path_.string() + " is that of the fieldhookd with pid " +
                    std::to_string(other) + ": give each host its own --pidfile");
  errno = 0;
  std::ofstream file(path_);
  file << own_pid() << '\n';
  if (!file.flush()) throw_errno("pid file: cannot write " + path_.string());
}

PidFile::~PidFile() {
  std::error_code ignored;
  if (pid_in(path_) == own_pid()) std::filesystem::remove(path_, ignored);
}

}  // namespace fh
