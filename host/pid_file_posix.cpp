#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "base/check.h"
#include "base/child_process.h"
#include "base/unique_fd.h"
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

// Not through a link, which somebody else may have put there to have another file overwritten.
void write_pid(const std::filesystem::path& path) {
  const std::string name = path.string();
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file && errno == ELOOP)
    throw HostError(
        "pid file: " + name +
        " is a symbolic link, and none is followed: remove it, or name the file itself");
  if (!file) throw_errno("pid file: cannot write " + name);
  const std::string text = std::to_string(own_pid()) + "\n";
  struct stat status {};
  const bool ours = ::fstat(file.get(), &status) == 0 && status.st_uid == ::geteuid();
  if ((ours && ::fchmod(file.get(), status.st_mode & 0755) != 0) ||
      ::ftruncate(file.get(), 0) != 0 ||
      ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw_errno("pid file: cannot write " + name);
}

}  // namespace

PidFile::PidFile(std::filesystem::path path) : path_(std::move(path)) {
  const int other = pid_in(path_);
  if (other != own_pid() && is_host(other))
    throw HostError("pid file: " + path_.string() + " is that of the fieldhookd with pid " +
                    std::to_string(other) + ": give each host its own --pidfile");
  write_pid(path_);
}

PidFile::~PidFile() {
  std::error_code ignored;
  if (pid_in(path_) == own_pid()) std::filesystem::remove(path_, ignored);
}

}  // namespace fh
