#include "store/statement.h"

namespace fh {

void throw_store_error(sqlite3* handle, int code, const char* sql) {
  throw StoreError(std::string("store: ") + sqlite3_errmsg(handle) + " (SQLite code " +
                       std::to_string(code) + ")" + remedy_for(code) + "; in: " + (sql ? sql : ""),
                   code);
}

std::string remedy_for(int sqlite_code) {
  if (sqlite_code == SQLITE_IOERR_SHMSIZE) return remedy_for(SQLITE_FULL);
  switch (sqlite_code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ": the file is damaged, cut short, or no fieldhook store: keep a copy of it, see what "
             "'fieldhook doctor' says, and restore a backup (docs/operations.md)";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return ": the file or its folder is read-only: let the host's user write both, and look at "
             "how the disk is mounted";
    case SQLITE_CANTOPEN:
      return ": the file, or the one of its name with -wal or -shm, is gone or may not be opened: "
             "let the host's user read and write them and their folder";
    case SQLITE_FULL: return ": make room on its disk";
    case SQLITE_IOERR:
      return ": its disk failed: start the host again, which recovers from the file; if that "
             "repeats, move the store to another disk";
    default: return "";
  }
}

bool Query::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* handle = sqlite3_db_handle(statement_);
  throw_store_error(handle, sqlite3_extended_errcode(handle), sqlite3_sql(statement_));
}

int Query::run() {
  while (next()) {
  }
  return sqlite3_changes(sqlite3_db_handle(statement_));
}

std::string Query::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes,
                           static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

void Query::check(int code) const {
  if (code != SQLITE_OK)
    throw_store_error(sqlite3_db_handle(statement_), code, sqlite3_sql(statement_));
}

sqlite3_stmt* Database::prepared(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) {
    sqlite3_stmt* fresh = nullptr;
    const int code =
        sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &fresh, nullptr);
    if (code != SQLITE_OK) {
      statements_.erase(sql);
      throw_store_error(handle_, code, sql);
    }
    statement.reset(fresh);
  }
  return statement.get();
}

}  // namespace fh
