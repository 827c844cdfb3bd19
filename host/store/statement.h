// Database and Query: prepared statements over SQLite's C API, for the writer, on the connection
// that Poco::Data opened, and for reads of a ReadConnection (docs/decisions/0002-sqlite-c-api.md).
// A Query binds on construction and resets on scope exit. Every SQL text is prepared once and found
// again by its address, so pass literals. One thread only.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/check.h"

namespace fh {

/// What an operator can do about an SQLite error, as the end of a sentence; "" when nothing
/// special.
std::string remedy_for(int sqlite_code);

/// A statement that failed. full(): the disk or the quota is; nothing was written.
class StoreError : public HostError {
 public:
  StoreError(const std::string& text, int code) : HostError(text), code_(code) {}
  /// The index of the WAL is written before the WAL itself, so no room for it is no harm either.
  bool full() const { return (code_ & 0xff) == SQLITE_FULL || code_ == SQLITE_IOERR_SHMSIZE; }
  /// The file is not, or no longer, one that SQLite can read.
  bool damaged() const {
    return (code_ & 0xff) == SQLITE_CORRUPT || (code_ & 0xff) == SQLITE_NOTADB;
  }
  /// The file itself could not be written or synced: what is on disk is in doubt until recovery.
  bool io() const { return (code_ & 0xff) == SQLITE_IOERR && !full(); }

 private:
  int code_;
};

/// Of a statement that failed with that code.
[[noreturn]] void throw_store_error(sqlite3* handle, int code, const char* sql);

/// A damaged row was met; the code that throws this leaves it alone from now on. SQLite commits
/// nothing of a transaction that has met one.
class FoundDamage : public HostError {
 public:
  using HostError::HostError;
};

struct Blob {
  std::string_view bytes;
};

class Query {
 public:
  template <class... Args>
  Query(sqlite3_stmt* statement, const Args&... args) : statement_(statement) {
    int place = 0;
    (bind(++place, args), ...);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query() { sqlite3_reset(statement_); }

  /// Steps to the next row; false when there is none.
  bool next();
  /// Runs to the end; returns how many rows were changed.
  int run();

  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string text(int column) const;
  bool null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  void bind(int place, std::int64_t value) { check(sqlite3_bind_int64(statement_, place, value)); }
  void bind(int place, int value) { bind(place, static_cast<std::int64_t>(value)); }
  void bind(int place, bool value) { bind(place, static_cast<std::int64_t>(value)); }
  // The texts outlive the Query: it is a temporary of the caller's full expression or scope.
  void bind(int place, std::string_view value) {
    check(sqlite3_bind_text(statement_, place, value.data() ? value.data() : "",
                            static_cast<int>(value.size()), SQLITE_STATIC));
  }
  void bind(int place, const std::string& value) { bind(place, std::string_view(value)); }
  void bind(int place, const char* value) { bind(place, std::string_view(value)); }
  void bind(int place, Blob value) {
    check(sqlite3_bind_blob(statement_, place, value.bytes.data() ? value.bytes.data() : "",
                            static_cast<int>(value.bytes.size()), SQLITE_STATIC));
  }
  void bind(int place, std::nullptr_t) { check(sqlite3_bind_null(statement_, place)); }
  template <class T>
  void bind(int place, const std::optional<T>& value) {
    if (value)
      bind(place, *value);
    else
      bind(place, nullptr);
  }
  void check(int code) const;

  sqlite3_stmt* statement_;
};

class Database {
 public:
  explicit Database(sqlite3* handle) : handle_(handle) {}

  template <class... Args>
  Query query(const char* sql, const Args&... args) {
    return Query(prepared(sql), args...);
  }
  template <class... Args>
  int run(const char* sql, const Args&... args) {
    return Query(prepared(sql), args...).run();
  }
  std::int64_t last_id() const { return sqlite3_last_insert_rowid(handle_); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  sqlite3_stmt* prepared(const char* sql);

  sqlite3* handle_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

}  // namespace fh
