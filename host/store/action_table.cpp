#include "store/action_table.h"

namespace fh {

void ActionTable::add(const Action& action) {
  db_.run("INSERT INTO actions (at_ms, who, action, job, plugin) VALUES (?, ?, ?, ?, ?)",
          to_ms(action.at), action.who, action.action, action.job, action.plugin);
}

std::optional<std::string> ActionTable::cancel_asked_by(std::int64_t job) {
  // A cancelled job runs again only after a retry, which is a later action of its own.
  auto latest =
      db_.query("SELECT who, action FROM actions WHERE job = ? ORDER BY id DESC LIMIT 1", job);
  if (!latest.next() || latest.text(1) != "cancel") return std::nullopt;
  return latest.text(0);
}

}  // namespace fh
