// EffectTable: what makes a job's work idempotent: once keys (per plugin), steps (per job), the
// state a plugin keeps per record, and the echoes it announced. Once keys outlive every retention.
// The writer's thread only, inside a transaction.
#pragma once

#include <map>
#include <set>

#include "base/clock.h"
#include "domain/echo.h"
#include "store/statement.h"

namespace fh {

/// One begun piece of work: a once key, or a step's name within a job.
struct EffectRow {
  std::int64_t job = 0;               // the job that began it last
  std::int64_t lease = 0;             // and its lease; 0 when nobody is inside
  std::optional<std::string> result;  // JSON; nullopt: begun, not finished
  bool interrupted = false;           // once: an earlier begin was neither finished nor left
};

struct StateRow {
  std::int64_t version = 0;  // 0: never written
  std::string value;         // JSON
};

class EffectTable {
 public:
  explicit EffectTable(Database& db) : db_(db) {}

  std::optional<EffectRow> find_once(const std::string& plugin, const std::string& key);
  void begin_once(const std::string& plugin, const std::string& key, std::int64_t job,
                  std::int64_t lease, TimePoint now);
  void finish_once(const std::string& plugin, const std::string& key, const std::string& result,
                   TimePoint now);
  void leave_once(const std::string& plugin, const std::string& key);

  std::optional<EffectRow> find_step(std::int64_t job, const std::string& name);
  void begin_step(std::int64_t job, const std::string& name, std::int64_t lease, TimePoint now);
  void finish_step(std::int64_t job, const std::string& name, const std::string& result,
                   TimePoint now);
  void leave_step(std::int64_t job, const std::string& name);

  StateRow state(const std::string& plugin, std::int64_t record);
  /// False: the version is no longer `expected`, and nothing changed.
  [[nodiscard]] bool set_state(const std::string& plugin, std::int64_t record,
                               const std::string& value, std::int64_t expected);

  void expect_echo(const std::string& plugin, std::int64_t record, const std::string& field,
                   const std::string& value, TimePoint expires_at);
  /// What is announced for the record, by plugin.
  std::map<std::string, std::set<Echo>> echoes(std::int64_t record, TimePoint now);
  /// Uses up an announced echo; false when none was announced or it expired.
  bool take_echo(const std::string& plugin, std::int64_t record, const std::string& field,
                 const std::string& value, TimePoint now);
  /// Removes at most `limit` that expired; returns how many.
  int prune_echoes(TimePoint now, int limit);

 private:
  Database& db_;
};

}  // namespace fh
