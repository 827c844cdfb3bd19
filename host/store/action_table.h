// ActionTable: what operators did, by whom and when: cancel, discard, release and retry of a
// job, pause, resume, reload and removal of a plugin. Written in the transaction that does it. The
// writer's thread only, inside a transaction.
#pragma once

#include "base/clock.h"
#include "store/statement.h"

namespace fh {

struct Action {
  TimePoint at{};
  std::string who;                  // the name of the token
  std::string action;               // cancel, discard, retry; pause, resume, reload, remove
  std::optional<std::int64_t> job;  // nullopt: done to the plugin
  std::string plugin;
};

class ActionTable {
 public:
  explicit ActionTable(Database& db) : db_(db) {}

  void add(const Action& action);
  /// Who asked to cancel the job since it was last opened; nullopt: nobody.
  std::optional<std::string> cancel_asked_by(std::int64_t job);

 private:
  Database& db_;
};

}  // namespace fh
