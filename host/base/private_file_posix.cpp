#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/check.h"
#include "base/log.h"
#include "base/private_file.h"
#include "base/unique_fd.h"

namespace fh {

// One that is there is not opened: who closes one of SQLite's files loses the locks this process
// has on it.
void make_private_file(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::exists(file, error)) return;
  const UniqueFd made(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

void make_private_folder(const std::filesystem::path& folder) {
  const std::string name = folder.string();
  if (::mkdir(folder.c_str(), 0700) == 0) return;
  if (errno != EEXIST) throw_errno("cannot make the folder " + name);
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    throw HostError("cannot make the folder " + name + ": something else has its name");
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    throw HostError("folder " + name + " belongs to user " + std::to_string(status.st_uid) +
                    ", neither root nor the host's own: chown or delete it");
  constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
  if ((status.st_mode & kOthersWrite) == 0) return;
  if (::chmod(folder.c_str(), status.st_mode & ~kOthersWrite & 07777) != 0)
    throw_errno("folder " + name + " can be written by others, and that cannot be changed");
  log_warning("folder_was_open", {{"folder", name}});
}

void make_folders(const std::filesystem::path& folder) {
  if (folder.empty() || std::filesystem::is_directory(folder)) return;
  make_folders(folder.parent_path());
  if (::mkdir(folder.c_str(), 0755) != 0) throw_errno("cannot make the folder " + folder.string());
}

}  // namespace fh
