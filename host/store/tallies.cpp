#include "store/tallies.h"

namespace fh {

void Tallies::move(const std::string& plugin, std::optional<JobState> from,
                   std::optional<JobState> to) {
  if (from) --pending_[{plugin, *from}];
  if (to) ++pending_[{plugin, *to}];
  const int opened = (to && !is_final(*to) ? 1 : 0) - (from && !is_final(*from) ? 1 : 0);
  const auto known = open_.find(plugin);
  if (known != open_.end()) known->second += opened;
}

void Tallies::flush() {
  for (const auto& [place, change] : pending_) {
    if (change == 0) continue;
    const std::string_view state = name_of(place.second);
    if (db_.run("UPDATE tallies SET jobs = jobs + ? WHERE plugin = ? AND state = ?", change,
                place.first, state) == 0)
      db_.run("INSERT INTO tallies (plugin, state, jobs) VALUES (?, ?, ?)", place.first, state,
              change);
  }
  pending_.clear();
}

std::int64_t Tallies::open(const std::string& plugin) {
  const auto known = open_.find(plugin);
  if (known != open_.end()) return known->second;
  auto query = db_.query(
      "SELECT coalesce(sum(jobs), 0) FROM tallies WHERE plugin = ?"
      " AND state NOT IN ('completed', 'dead', 'cancelled')",
      plugin);
  query.next();
  std::int64_t open = query.integer(0);
  for (const auto& [place, change] : pending_)
    if (place.first == plugin && !is_final(place.second)) open += change;
  return open_[plugin] = open;
}

}  // namespace fh
