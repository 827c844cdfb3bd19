#include "store/checkpoint.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "base/log.h"
#include "store/statement.h"

namespace fh {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kShortWal = 1 << 20;

struct Room {
  std::uint64_t free = 0;  // on the disk
  std::uint64_t wal = 0;   // what the WAL takes
  // What the file will be longer by when the WAL is copied.
  std::uint64_t lacking = 0;
};

// A disk that does not say how full it is is not taken for full.
Room room_of(sqlite3* handle) {
  const fs::path file = sqlite3_db_filename(handle, "main");
  const auto size_of = [](const fs::path& path) -> std::uint64_t {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    return error ? 0 : size;
  };
  std::error_code error;
  const auto space = fs::space(file.parent_path(), error);
  Room room{error ? ~std::uint64_t{0} : space.available, size_of(file.string() + "-wal"), 0};
  Database db(handle);
  auto pages = db.query(
      "SELECT (SELECT page_count FROM pragma_page_count()) *"
      " (SELECT page_size FROM pragma_page_size())");
  CHECK(pages.next());
  const auto whole = static_cast<std::uint64_t>(pages.integer(0));
  room.lacking = whole - std::min(whole, size_of(file));
  return room;
}

std::optional<StoreError> checkpoint(sqlite3* db, int mode) {
  if (sqlite3_wal_checkpoint_v2(db, "main", mode, nullptr, nullptr) == SQLITE_OK)
    return std::nullopt;
  const int code = sqlite3_extended_errcode(db);
  if ((code & 0xff) == SQLITE_BUSY) return std::nullopt;  // next time
  return StoreError(std::string("store: checkpoint: ") + sqlite3_errstr(code) + " (" +
                        std::to_string(code) + ")" + remedy_for(code),
                    code);
}

// Not while it would have to wait for a reader, which may be a long backup.
std::optional<StoreError> truncate_wal(sqlite3* handle) {
  Database db(handle);
  int patience = 0;
  {
    auto kept = db.query("PRAGMA busy_timeout");
    if (kept.next()) patience = static_cast<int>(kept.integer(0));
  }
  sqlite3_busy_timeout(handle, 0);
  auto error = checkpoint(handle, SQLITE_CHECKPOINT_TRUNCATE);
  sqlite3_busy_timeout(handle, patience);
  return error;
}

std::string mebibytes(std::uint64_t bytes) {
  return std::to_string((bytes + (1 << 20) - 1) >> 20U) + " MiB";
}

// SQLite's own checkpoint would take what room there is.
void close_as_it_is(sqlite3* db) {
  sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void tell(const std::optional<StoreError>& error) {
  if (!error) return;
  if (error->io()) end_unsynced(error->what());
  log_warning("checkpoint_failed", {{"error", error->what()}});
}

// The commit is on disk already, and where there is no room for a copy there will be later.
int after_commit(void* pages, sqlite3* db, const char*, int in_wal) {
  if (in_wal < reinterpret_cast<std::intptr_t>(pages)) return SQLITE_OK;
  try {
    const Room room = room_of(db);
    if (room.lacking <= room.free) tell(checkpoint(db, SQLITE_CHECKPOINT_PASSIVE));
  } catch (const StoreError& error) {
    tell(error);
  }
  return SQLITE_OK;
}

}  // namespace

void checkpoint_every(sqlite3* db, int pages) {
  sqlite3_wal_hook(db, &after_commit, reinterpret_cast<void*>(static_cast<std::intptr_t>(pages)));
}

void checkpoint_before_close(sqlite3* db) {
  try {
    const Room room = room_of(db);
    if (room.lacking > room.free) return close_as_it_is(db);
    if (const auto error = checkpoint(db, SQLITE_CHECKPOINT_PASSIVE)) throw StoreError(*error);
  } catch (const StoreError& error) {
    log_warning("checkpoint_failed", {{"error", error.what()}});
  }
}

void make_room_in_wal(sqlite3* db) {
  const Room room = room_of(db);
  if (room.free >= kWalBytes) return;
  // After the copy the WAL's room is free, and the host's first commits need some.
  const std::uint64_t need = room.lacking + kShortWal - std::min(room.wal, kShortWal);
  if (room.free < need) {
    close_as_it_is(db);
    throw HostError("store: the disk is full: " + mebibytes(need - room.free) +
                    " more must be free on the disk of " + sqlite3_db_filename(db, "main") +
                    " before a host can work with it: make that room, or move the store to a "
                    "larger disk (docs/operations.md)");
  }
  if (const auto error = truncate_wal(db)) throw StoreError(*error);
}

void shorten_wal(sqlite3* db) {
  try {
    const Room room = room_of(db);
    if (room.wal > kShortWal && room.lacking <= room.free) tell(truncate_wal(db));
  } catch (const StoreError& error) {
    tell(error);
  }
}

void end_unsynced(const std::string& error) {
  log_error("store_sync_failed", {{"error", error}});
  end_with_store();
}

void end_with_store() { std::_Exit(70); }

}  // namespace fh
