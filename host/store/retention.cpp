#include "store/retention.h"

#include <algorithm>
#include <vector>

#include "store/delivery_table.h"

namespace fh {

bool Retention::prune(const RetentionTerms& terms, TimePoint now, int limit) {
  // Where SQLite overwrites what is removed (secure_delete), that takes as much room in the WAL.
  constexpr std::int64_t kPagesAtOnce = 128;
  bool too_large = is_over(terms.max_bytes);
  const std::int64_t old = to_ms(now - terms.age);
  const std::int64_t recent = to_ms(now - std::chrono::hours(1));
  const std::int64_t very_old = to_ms(now - terms.dead);
  const std::int64_t began = seen_;
  const int at_most = std::min(limit, readable_.value_or(limit));
  const auto found = candidates(at_most);
  const std::int64_t enough = number("PRAGMA freelist_count") + kPagesAtOnce;
  for (const Candidate& one : found) {
    // Ids rise with time: what follows is younger still. Not after what came while the clock was
    // ahead, which says nothing about what follows.
    if (one.received_at > old && one.received_at <= to_ms(now) && !too_large) {
      seen_ = 0;
      return false;
    }
    seen_ = one.id;
    if (damaged_.contains(one.id)) continue;
    try {
      if (is_kept(one.id, one.received_at <= old || too_large, one.received_at <= very_old))
        continue;
      remove(one.id);
    } catch (const StoreError& error) {
      // Nothing of this call will have happened.
      seen_ = began;
      if (error.damaged()) damaged_.insert(one.id);
      throw;
    }
    if (one.received_at > std::max(old, recent)) ++hasty_;
    too_large = too_large && is_over(terms.max_bytes);
    if (number("PRAGMA freelist_count") >= enough) return true;
  }
  const bool more = static_cast<int>(found.size()) == at_most;
  if (!more) seen_ = 0;
  return more;
}

// Where the next page is damaged, what stands before it is for the next call; then ever larger
// steps lead behind it.
std::vector<Retention::Candidate> Retention::candidates(int limit) {
  std::vector<Candidate> found;
  try {
    auto query = db_.query(
        "SELECT id, received_at_ms FROM deliveries WHERE id > ? ORDER BY id LIMIT ?", seen_, limit);
    while (query.next()) found.push_back({query.integer(0), query.integer(1)});
  } catch (const StoreError& error) {
    if (!error.damaged()) throw;
    if (!found.empty()) {
      readable_ = static_cast<int>(found.size());
    } else {
      passed_over_ = std::max<std::int64_t>(1, 2 * passed_over_);
      seen_ += passed_over_;
    }
    throw;
  }
  readable_.reset();
  passed_over_ = 0;
  return found;
}

bool Retention::is_kept(std::int64_t delivery, bool old, bool dead_may_go) {
  if (!old) return true;
  auto open = db_.query("SELECT 1 FROM jobs WHERE delivery = ? LIMIT 1", delivery);
  if (open.next()) return true;
  if (dead_may_go) return false;
  auto dead = db_.query("SELECT 1 FROM job_history WHERE delivery = ? AND state = 'dead' LIMIT 1",
                        delivery);
  return dead.next();
}

void Retention::remove(std::int64_t delivery) {
  struct Finished {
    std::int64_t id;
    std::string plugin;
    JobState state;
  };
  std::vector<Finished> jobs;
  {
    auto query =
        db_.query("SELECT id, plugin, state FROM job_history WHERE delivery = ?", delivery);
    while (query.next())
      jobs.push_back({query.integer(0), query.text(1), job_state_from(query.text(2)).value()});
  }
  for (const Finished& job : jobs) {
    db_.run("DELETE FROM runs WHERE job = ?", job.id);
    db_.run("DELETE FROM steps WHERE job = ?", job.id);
    db_.run("DELETE FROM actions WHERE job = ?", job.id);
    tallies_.move(job.plugin, job.state, std::nullopt);
  }
  db_.run("DELETE FROM job_history WHERE delivery = ?", delivery);
  // A baseline in its body outlives it.
  db_.run(
      "UPDATE records SET body_of = NULL, snapshot = (SELECT CAST(substr(d.body,"
      " records.body_at + 1, records.body_size) AS TEXT) FROM deliveries d WHERE d.id = ?1)"
      " WHERE id = (SELECT record FROM deliveries WHERE id = ?1) AND body_of = ?1",
      delivery);
  db_.run(
      "INSERT INTO heard (source, last_at_ms) SELECT source, received_at_ms FROM deliveries"
      " WHERE id = ? AND head NOT LIKE ? || '%'"
      " ON CONFLICT (source) DO UPDATE SET last_at_ms = max(last_at_ms, excluded.last_at_ms)",
      delivery, kImportedHead);
  db_.run("DELETE FROM events WHERE delivery = ?", delivery);
  db_.run("DELETE FROM deliveries WHERE id = ?", delivery);
}

bool Retention::is_over(std::uint64_t max_bytes) {
  if (max_bytes == 0) return false;
  const auto used =
      (number("PRAGMA page_count") - number("PRAGMA freelist_count")) * number("PRAGMA page_size");
  return static_cast<std::uint64_t>(used) > max_bytes;
}

std::int64_t Retention::number(const char* pragma) {
  auto query = db_.query(pragma);
  CHECK(query.next());
  return query.integer(0);
}

}  // namespace fh
