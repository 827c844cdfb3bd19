// IdSequence: ids that rise and are never given out twice, not even when the highest row is
// deleted. They are reserved on disk in blocks, which costs far less than AUTOINCREMENT's row per
// insert. The writer's thread only, inside a transaction.
#pragma once

#include <cstdint>

#include "store/statement.h"

namespace fh {

class IdSequence {
 public:
  IdSequence(Database& db, const char* name) : db_(db), name_(name) {}

  std::int64_t next();
  /// At an orderly end: what was reserved and not given out can be reserved again.
  void give_back();
  /// After a rollback: what was reserved may not be on disk. Ids given out stay given out.
  void forget() { reserved_ = 0; }

 private:
  static constexpr std::int64_t kBlock = 10'000;

  Database& db_;
  const char* name_;
  std::int64_t last_ = -1;  // -1: not read yet
  std::int64_t reserved_ = 0;
};

}  // namespace fh
