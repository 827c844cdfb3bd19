// Selection: a SELECT put together from fixed pieces of SQL and bound values, through Poco, for
// what Views reads; and Row, one row of what it finds. One thread.
#pragma once

#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Session.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace fh {

/// By column name; SQL NULL reads as "" or 0.
class Row {
 public:
  Row(Poco::Data::RecordSet& set, std::size_t row) : set_(set), row_(row) {}

  std::int64_t integer(const char* column) const;
  int small(const char* column) const { return static_cast<int>(integer(column)); }
  std::optional<int> maybe_small(const char* column) const;
  std::string text(const char* column) const;
  TimePoint time(const char* column) const { return from_ms(integer(column)); }
  std::optional<TimePoint> maybe_time(const char* column) const;

 private:
  bool is_null(const char* column) const { return set_.value(column, row_).isEmpty(); }

  Poco::Data::RecordSet& set_;
  std::size_t row_;
};

class Selection {
 public:
  Selection(Poco::Data::Session& session, std::string sql)
      : session_(session), sql_(std::move(sql)) {}

  void where(const std::string& condition);
  /// With one `?`.
  void where(const std::string& condition, const std::string& value);
  void where(const std::string& condition, std::int64_t value);
  void append(const std::string& sql) { sql_ += sql; }

  /// read(row) of each. Throws StoreError, which says what to do.
  template <class Read>
  auto rows(Read&& read) {
    Poco::Data::RecordSet set = execute();
    std::vector<decltype(read(std::declval<const Row&>()))> found;
    for (std::size_t row = 0; row < set.rowCount(); ++row) found.push_back(read(Row(set, row)));
    return found;
  }

 private:
  Poco::Data::RecordSet execute();

  Poco::Data::Session& session_;
  std::string sql_;
  std::vector<std::string> texts_;
  std::vector<std::int64_t> numbers_;
  std::vector<bool> order_;  // of the values: whether each is a text
  int conditions_ = 0;
};

}  // namespace fh
