#include "store/checkpoint.h"

#include <cstdint>
#include <cstdlib>
#include <optional>

#include "base/log.h"
#include "store/statement.h"

namespace fh {
namespace {

std::optional<StoreError> checkpoint(sqlite3* db) {
  if (sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr) ==
      SQLITE_OK)
    return std::nullopt;
  const int code = sqlite3_extended_errcode(db);
  return StoreError(std::string("store: checkpoint: ") + sqlite3_errstr(code) + " (" +
                        std::to_string(code) + ")" + remedy_for(code),
                    code);
}

// The commit is on disk already, and where there is no room for a copy there will be later.
int after_commit(void* pages, sqlite3* db, const char*, int in_wal) {
  if (in_wal < reinterpret_cast<std::intptr_t>(pages)) return SQLITE_OK;
  const auto error = checkpoint(db);
  if (!error) return SQLITE_OK;
  if (error->io()) end_unsynced(error->what());
  log_warning("checkpoint_failed", {{"error", error->what()}});
  return SQLITE_OK;
}

}  // namespace

void checkpoint_every(sqlite3* db, int pages) {
  sqlite3_wal_hook(db, &after_commit, reinterpret_cast<void*>(static_cast<std::intptr_t>(pages)));
}

void checkpoint_before_close(sqlite3* db) {
  if (const auto error = checkpoint(db))
    log_warning("checkpoint_failed", {{"error", error->what()}});
}

void end_unsynced(const std::string& error) {
  log_error("store_sync_failed", {{"error", error}});
  end_with_store();
}

void end_with_store() { std::_Exit(70); }

}  // namespace fh
