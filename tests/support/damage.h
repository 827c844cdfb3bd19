// Damages a row of a store's file that nobody has open, as a bad disk would: SQLite finds the page
// that it is on malformed.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace fh::test {

/// Past the store, as damage or a person would.
inline void change_store(const std::string& file, const std::string& sql) {
  sqlite3* db = nullptr;
  std::string error;
  if (sqlite3_open(file.c_str(), &db) != SQLITE_OK ||
      sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    error = sqlite3_errmsg(db);
  sqlite3_close(db);
  if (!error.empty()) throw std::runtime_error(sql + ": " + error);
}

/// Makes the column of the rows that `where` names so large that it has pages of its own, and
/// damages those.
inline void damage_row(const std::string& file, const std::string& table, const std::string& column,
                       const std::string& where) {
  change_store(file, "UPDATE " + table + " SET " + column +
                         " = '\"' || replace(hex(zeroblob(20000)), '0', 'z') || '\"' WHERE " +
                         where);
  constexpr std::size_t kPage = 8192;
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  const std::string filled(kPage - 4, 'z');
  std::string page(kPage, ' ');
  int damaged = 0;
  for (std::size_t at = 0; at < std::filesystem::file_size(file); at += kPage) {
    bytes.seekg(static_cast<std::streamoff>(at));
    bytes.read(page.data(), kPage);
    if (page.substr(4) != filled) continue;
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.write("\x7f\xff\xff\xff", 4);  // the page that follows is behind the end of the file
    ++damaged;
  }
  if (damaged == 0) throw std::runtime_error("there is no such row of " + table);
}

}  // namespace fh::test
