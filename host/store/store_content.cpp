#include "store/store_content.h"

#include "base/check.h"
#include "store/schema.h"

namespace fh {

std::optional<LastHost> last_host(Database& db) {
  auto version = db.query("PRAGMA user_version");
  if (!version.next() || version.integer(0) < kFirstVersionThatRecordsTheEnd) return std::nullopt;
  auto query =
      db.query("SELECT file, started_at_ms, ended_at_ms FROM host_runs ORDER BY id DESC LIMIT 1");
  if (!query.next()) return std::nullopt;
  LastHost last{query.text(0), from_ms(query.integer(1)), {}};
  if (!query.null(2)) last.ended_at = from_ms(query.integer(2));
  return last;
}

bool holds_store(Database& db, const std::filesystem::path& file) {
  auto tables = db.query(
      "SELECT count(*), count(*) FILTER (WHERE name = 'host_runs')"
      " FROM sqlite_master WHERE type = 'table'");
  CHECK(tables.next());
  if (tables.integer(0) == 0) return false;
  if (tables.integer(1) == 0)
    throw HostError("store: " + file.string() +
                    " is a database of another program, no fieldhook store: correct store in the "
                    "configuration");
  return true;
}

void refuse_unfit(Database& db, const std::filesystem::path& file) {
  if (!holds_store(db, file))
    throw HostError("store: there is nothing in " + file.string() + ": has a fieldhookd run yet?");
  if (const auto last = last_host(db)) refuse_open_copy(file, *last);
}

}  // namespace fh
