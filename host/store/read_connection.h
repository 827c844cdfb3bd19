// ReadConnection: a store opened by a program that is not its host. It reads only, and leaves the
// checkpoint at its end to the host, whose one writer must be the only one that makes them. One
// thread.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>

namespace fh {

struct CloseSqlite {
  void operator()(sqlite3* handle) const { sqlite3_close(handle); }
};
using SqliteHandle = std::unique_ptr<sqlite3, CloseSqlite>;

/// Throws HostError when there is no such file or it cannot be opened.
SqliteHandle open_for_reading(const std::filesystem::path& store);

}  // namespace fh
