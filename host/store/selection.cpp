#include "store/selection.h"

#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Statement.h>
#include <Poco/Exception.h>

#include "store/statement.h"

namespace fh {

using Poco::Data::Keywords::use;

std::int64_t Row::integer(const char* column) const {
  return is_null(column) ? 0 : set_.value(column, row_).convert<std::int64_t>();
}

std::optional<int> Row::maybe_small(const char* column) const {
  if (is_null(column)) return std::nullopt;
  return small(column);
}

std::string Row::text(const char* column) const {
  return is_null(column) ? "" : set_.value(column, row_).convert<std::string>();
}

std::optional<TimePoint> Row::maybe_time(const char* column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

void Selection::where(const std::string& condition) {
  sql_ += (conditions_++ == 0 ? " WHERE " : " AND ") + condition;
}

void Selection::where(const std::string& condition, const std::string& value) {
  texts_.push_back(value);
  where(condition);
  order_.push_back(true);
}

void Selection::where(const std::string& condition, std::int64_t value) {
  numbers_.push_back(value);
  where(condition);
  order_.push_back(false);
}

Poco::Data::RecordSet Selection::execute() {
  try {
    Poco::Data::Statement statement(session_);
    statement << sql_;
    auto text = texts_.begin();
    auto number = numbers_.begin();
    for (const bool is_text : order_) {
      if (is_text)
        statement, use(*text++);
      else
        statement, use(*number++);
    }
    statement.execute();
    return Poco::Data::RecordSet(statement);
  } catch (const Poco::Exception&) {
    // Poco's texts say neither which file nor what to do.
    sqlite3* const db = Poco::Data::SQLite::Utility::dbHandle(session_);
    const int code = sqlite3_extended_errcode(db);
    if (code == SQLITE_OK || code == SQLITE_DONE) throw;
    throw_store_error(db, code, sql_.c_str());
  }
}

}  // namespace fh
