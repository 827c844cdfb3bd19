// Retention: removes deliveries that are old enough, with their events, finished jobs, runs and
// steps. What is open stays, what is dead stays longer, and once keys stay for good: a certificate
// is not issued again because its delivery is old. Ages are told by BelievedTime. The writer's
// thread only, inside a transaction.
#pragma once

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "store/believed_time.h"
#include "store/statement.h"
#include "store/tallies.h"

namespace fh {

struct RetentionTerms {
  Millis age{};                 // of a delivery whose jobs all ended well
  Millis dead{};                // of one with a dead job
  std::uint64_t max_bytes = 0;  // of the store: above it the oldest go early; 0: no limit
};

class Retention {
 public:
  Retention(Database& db, Tallies& tallies) : db_(db), tallies_(tallies) {}

  /// The `now` for prune(), given the wall clock's time and Clock::steady().
  TimePoint time(TimePoint wall, Millis steady) { return time_.at(wall, steady); }
  /// Looks at up to `limit` deliveries from where the last call ended, and ends sooner when those
  /// it removed were large; true when there may be more to remove at once. Throws StoreError when
  /// it meets damage, which later calls pass over.
  bool prune(const RetentionTerms& terms, TimePoint now, int limit);
  /// How many deliveries went for want of room within an hour of coming, since the last call.
  int take_hasty() { return std::exchange(hasty_, 0); }

 private:
  struct Candidate {
    std::int64_t id;
    std::int64_t received_at;
  };
  std::vector<Candidate> candidates(int limit);
  bool is_kept(std::int64_t delivery, bool old, bool dead_may_go);
  void remove(std::int64_t delivery);
  bool is_over(std::uint64_t max_bytes);
  std::int64_t number(const char* pragma);

  Database& db_;
  Tallies& tallies_;
  BelievedTime time_{db_};
  int hasty_ = 0;
  std::int64_t seen_ = 0;  // deliveries up to this one were looked at in this round
  // What is damaged: so many can be read before it; so many ids were tried behind it.
  std::optional<int> readable_;
  std::int64_t passed_over_ = 0;
  std::set<std::int64_t> damaged_;  // deliveries with something of theirs
};

}  // namespace fh
