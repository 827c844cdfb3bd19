// RecordTable: the records, their aliases and baselines. A uuid and an id seen together become
// aliases of one record; two records that turn out to be one are merged, the elder one staying.
// The writer's thread only, inside a transaction.
#pragma once

#include "base/clock.h"
#include "domain/record.h"
#include "store/statement.h"

namespace fh {

/// Bytes of a delivery's body.
struct BodyPart {
  std::int64_t delivery = 0;
  std::int64_t at = 0;
  std::int64_t size = 0;
};

struct StoredRecord {
  std::int64_t id = 0;
  RecordKey key;
  std::string uuid;                     // as last seen; empty when never seen
  std::optional<std::string> snapshot;  // the baseline's JSON; nullopt: never seen
  std::optional<TimePoint> updated_at;  // of the baseline, where the CRM gives it
  std::int64_t shape = 0;               // of the baseline (domain/stored_json.h)
};

class RecordTable {
 public:
  explicit RecordTable(Database& db) : db_(db) {}

  /// Finds the record with either alias, or makes it. Aliases must not both be empty.
  StoredRecord resolve(const std::string& account, RecordType type, const Aliases& aliases);
  /// Throws HostError when there is no such record.
  StoredRecord load(std::int64_t id);
  /// Stores the baseline of `record`, as it stands in there.
  void save_baseline(const StoredRecord& record);
  /// The same where the snapshot is a part of a delivery's body. That delivery must be stored in
  /// the same transaction with NewDelivery::record naming this record.
  void save_baseline(const StoredRecord& record, const BodyPart& snapshot);

 private:
  std::optional<std::int64_t> find(const std::string& account, RecordType type, const char* kind,
                                   const std::string& alias);
  void name(std::int64_t record, const std::string& account, RecordType type, const char* kind,
            const std::string& alias);
  void merge(std::int64_t into, std::int64_t from);

  Database& db_;
};

}  // namespace fh
