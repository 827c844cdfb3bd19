#include "store/statement.h"

namespace fh {
namespace {

[[noreturn]] void fail(sqlite3* handle, int code, const char* sql) {
  throw StoreError(std::string("store: ") + sqlite3_errmsg(handle) + " (SQLite code " +
                       std::to_string(code) + ") in: " + (sql ? sql : ""),
                   code);
}

}  // namespace

bool Query::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* handle = sqlite3_db_handle(statement_);
  fail(handle, sqlite3_extended_errcode(handle), sqlite3_sql(statement_));
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
  if (code != SQLITE_OK) fail(sqlite3_db_handle(statement_), code, sqlite3_sql(statement_));
}

sqlite3_stmt* Database::prepared(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) {
    sqlite3_stmt* fresh = nullptr;
    const int code =
        sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &fresh, nullptr);
    if (code != SQLITE_OK) {
      statements_.erase(sql);
      fail(handle_, code, sql);
    }
    statement.reset(fresh);
  }
  return statement.get();
}

}  // namespace fh
