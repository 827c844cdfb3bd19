// The store's file as an operator handles it: which file it is, whether it may be written, was
// copied while a host had it open, or emptied. Asked before a host works with it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/clock.h"

namespace fh {

/// Tells the file from every copy of it, and stays the same when it is renamed.
std::string file_identity(const std::filesystem::path& file);

/// False when it was deleted or another file has its name. True when that cannot be said.
bool is_still_there(const std::filesystem::path& file, const std::string& identity);

/// Throws HostError with the reason and what to do when this user may not read and write the file,
/// those beside it and their folder, as far as they are there; or when the file is a folder.
void refuse_unwritable(const std::filesystem::path& file);

/// Of a path to read and write, as this user: 0, or the errno that says why not.
int write_obstacle(const std::filesystem::path& path);

/// The latest host that had the store open, as it recorded itself.
struct LastHost {
  std::string file;  // file_identity(); "" when its version did not record it
  TimePoint started_at{};
  std::optional<TimePoint> ended_at;  // nullopt: it did not close the store
};

/// Throws HostError with what to do when the file was copied while a host had it open: what that
/// host had not yet written into this one file is missing.
void refuse_open_copy(const std::filesystem::path& file, const LastHost& last);

/// Throws HostError with what to do when the file is empty though a host has worked with it, or
/// when there is nothing in it and its WAL is there. To be asked before SQLite opens it.
void refuse_emptied(const std::filesystem::path& file);

}  // namespace fh
