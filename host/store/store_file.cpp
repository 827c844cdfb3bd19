#include "store/store_file.h"

#include <cerrno>

#include "base/check.h"

namespace fh {

bool is_still_there(const std::filesystem::path& file, const std::string& identity) {
  std::error_code error;
  const bool exists = std::filesystem::exists(file, error);
  if (error) return true;
  return exists && file_identity(file) == identity;
}

namespace {

// The folder itself, or where the missing part of its path would be made.
std::filesystem::path nearest_folder(std::filesystem::path folder) {
  std::error_code error;
  while (!std::filesystem::exists(folder, error) && folder.has_relative_path())
    folder = folder.parent_path();
  return folder;
}

}  // namespace

void refuse_unwritable(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error))
    throw HostError("store: " + file.string() +
                    " is a folder: correct store in the configuration, which names a file");
  const std::filesystem::path nearest = nearest_folder(file.parent_path());
  if (!std::filesystem::is_directory(nearest, error))
    throw HostError("store: " + file.parent_path().string() + " cannot be made: " +
                    nearest.string() + " is no folder: correct store in the configuration");
  const std::string name = file.string();
  for (const std::filesystem::path& path : {nearest, file, std::filesystem::path(name + "-wal"),
                                            std::filesystem::path(name + "-shm")}) {
    const int obstacle = write_obstacle(path);
    if (obstacle != 0 && obstacle != ENOENT)
      throw HostError("store: cannot write " + path.string() + ": " +
                      std::generic_category().message(obstacle) +
                      ": the host's user must be able to read and write it");
  }
}

void refuse_open_copy(const std::filesystem::path& file, const LastHost& last) {
  const bool closed = last.ended_at.has_value();
  if (closed || last.file.empty() || last.file == file_identity(file)) return;
  throw HostError(
      "store: " + file.string() +
      " was copied while a fieldhookd had it open, so that what was accepted last may be missing: "
      "restore a copy that 'fieldhook backup' made, or copy the store again after its host has "
      "stopped. If no host ran when it was copied and its -wal file came along, start once with "
      "--accept-copy");
}

void refuse_emptied(const std::filesystem::path& file) {
  std::error_code error;
  const auto empty = [&](const std::filesystem::path& path) {
    return !std::filesystem::exists(path, error) || std::filesystem::file_size(path, error) == 0;
  };
  if (!empty(file)) return;
  const std::string name = file.string();
  const bool missing = !std::filesystem::exists(file, error);
  // SQLite would delete it: it takes the WAL of a file without a page for another one's.
  if (!empty(name + "-wal"))
    throw HostError("store: " + name + (missing ? " is missing" : " is empty") + ", and " + name +
                    "-wal beside it holds what was accepted last: put the file back; or move " +
                    name +
                    "-wal away and restore a backup (docs/operations.md), or begin with an empty "
                    "store");
  // The folder of builds is made once a host has got as far as plugins: it had a store then.
  if (missing || !std::filesystem::exists(name + ".builds", error)) return;
  throw HostError("store: " + name +
                  " is empty, and a fieldhookd has worked with it before: restore a backup "
                  "(docs/operations.md), or delete the file to begin with an empty store");
}

}  // namespace fh
