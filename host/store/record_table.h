// RecordTable: the records, their aliases, their baselines and the latest delivery of each. A uuid
// and an id seen together become aliases of one record; two records that turn out to be one are
// merged, the elder one staying, and what was known of either is known of it. The aliases seen last
// are kept in memory. The writer's thread only, inside a transaction.
#pragma once

#include <compare>
#include <unordered_map>

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

/// The latest delivery of a record and a source.
struct LatestDelivery {
  std::int64_t delivery = 0;
  std::optional<std::string> body_hash;  // nullopt: it leaves no key
  TimePoint received_at;  // or when what it tells was so, where that was before (ingress/accept.h)
};

/// Which event of which delivery; a later one is greater.
struct EventPlace {
  std::int64_t delivery = 0;
  std::int64_t ordinal = 0;
  auto operator<=>(const EventPlace&) const = default;
};

/// When what was told of a record was so, and which delivery told it; what is newer is greater. An
/// export that is delivered late may be older than what came before it.
struct ToldBy {
  TimePoint at;
  std::int64_t delivery = 0;
  auto operator<=>(const ToldBy&) const = default;
};

struct StoredRecord {
  std::int64_t id = 0;
  RecordKey key;
  std::string uuid;                     // as last seen; empty when never seen
  bool has_baseline = false;            // false: never seen
  std::optional<std::string> snapshot;  // the baseline's JSON, where it is no part of a body
  std::optional<BodyPart> in_body;      // else where it stands
  std::optional<TimePoint> updated_at;  // of the baseline, where the CRM gives it
  // Of the baseline (domain/stored_json.h); 0: the record was never seen whole, and the baseline,
  // if there is one, is what change lists and exports told of it.
  std::int64_t shape = 0;
  std::string latest_source;  // whose latest delivery is the record's latest
  LatestDelivery latest;      // that one, unless the source is ""
  EventPlace accepted;        // the latest event that made a job
};

class RecordTable {
 public:
  explicit RecordTable(Database& db) : db_(db) {}

  /// Finds the record with either alias, or makes it. Aliases must not both be empty.
  StoredRecord resolve(const std::string& account, RecordType type, const Aliases& aliases);
  /// Throws HostError when there is no such record, or it cannot be read.
  StoredRecord load(std::int64_t id);
  /// The baseline's JSON text; nullopt when nothing is known of the record.
  std::optional<std::string> baseline(const StoredRecord& record);
  /// Stores the baseline and the latest delivery, as they stand in there. A delivery that the
  /// baseline is a part of must be stored in the same transaction, with NewDelivery::record naming
  /// this record.
  void save(const StoredRecord& record);

  std::optional<LatestDelivery> latest(const StoredRecord& record, const std::string& source);
  /// Sets the record's latest, to be saved; what was that of another source is kept. So is the key
  /// that this delivery has left already, where this leaves none.
  void set_latest(StoredRecord& record, const std::string& source, LatestDelivery latest);
  /// The newest of what was told of it, by any source; 1970 when nothing was.
  ToldBy last_told(std::int64_t record);
  /// This event made a job; it counts unless a newer one did.
  void note_accepted(std::int64_t record, const EventPlace& event);
  /// Whether a later event of the record than this one made a job.
  bool is_superseded(std::int64_t record, std::int64_t event);

  /// Whether any record has become part of another one.
  bool any_merged();
  /// How many states of plugins this transaction has left with a record that is no more.
  std::size_t states_left() const { return left_.size(); }
  /// It is committed: the log tells of them.
  void keep();
  /// It is rolled back to where it had left so many: what is kept in memory may not be on disk.
  void forget(std::size_t states_left);

 private:
  static constexpr std::size_t kMostKept = 16'384;
  static constexpr std::size_t kLongestKept = 256;  // bytes

  std::optional<std::int64_t> find(const std::string& account, RecordType type, const char* kind,
                                   const std::string& alias);
  void name(std::int64_t record, const std::string& account, RecordType type, const char* kind,
            const std::string& alias);
  std::string joined_baselines(const StoredRecord& elder, const StoredRecord& younger);
  void merge(std::int64_t into, std::int64_t from);
  void merge_states(const StoredRecord& elder, std::int64_t from);

  void spill_latest(std::int64_t record);
  void forget_names();

  Database& db_;
  std::unordered_map<std::string, std::int64_t> kept_;  // a few of the aliases, see key_of()
  std::optional<bool> any_merged_;
  std::vector<std::pair<std::string, RecordKey>> left_;  // plugin and record, see states_left()
};

}  // namespace fh
