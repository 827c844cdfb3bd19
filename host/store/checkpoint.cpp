#include "store/checkpoint.h"

#include <cstdint>
#include <cstdlib>

#include "base/log.h"
#include "store/statement.h"

namespace fh {
namespace {

// The commit is on disk already, and where there is no room for a copy there will be later.
int after_commit(void* pages, sqlite3* db, const char* name, int in_wal) {
  if (in_wal < reinterpret_cast<std::intptr_t>(pages)) return SQLITE_OK;
  if (sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr) == SQLITE_OK)
    return SQLITE_OK;
  const int code = sqlite3_extended_errcode(db);
  const StoreError error(std::string("store: checkpoint: ") + sqlite3_errstr(code) + " (" +
                             std::to_string(code) + ")" + remedy_for(code),
                         code);
  if (error.io()) end_unsynced(error.what());
  log_warning("checkpoint_failed", {{"error", error.what()}});
  return SQLITE_OK;
}

}  // namespace

void checkpoint_every(sqlite3* db, int pages) {
  sqlite3_wal_hook(db, &after_commit, reinterpret_cast<void*>(static_cast<std::intptr_t>(pages)));
}

void end_unsynced(const std::string& error) {
  log_error("store_sync_failed", {{"error", error}});
  std::_Exit(70);
}

}  // namespace fh
