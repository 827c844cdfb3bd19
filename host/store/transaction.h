// Transaction: what one write operation sees: the tables, and the time its batch began. It lives
// for the call only. Operations of several threads share one database transaction; when one of them
// throws, the batch is rolled back and all run again, each in a savepoint, so an operation may run
// more than once and must leave nothing behind outside the tables until it returned for good.
#pragma once

#include "store/action_table.h"
#include "store/delivery_table.h"
#include "store/effect_table.h"
#include "store/hold_table.h"
#include "store/job_table.h"
#include "store/plugin_table.h"
#include "store/record_table.h"
#include "store/retention.h"
#include "store/storm_guard.h"

namespace fh {

struct Tables {
  explicit Tables(sqlite3* handle) : db(handle) {}
  Database db;
  Tallies tallies{db};
  RecordTable records{db};
  DeliveryTable deliveries{db};
  JobTable jobs{db, tallies, records};
  EffectTable effects{db};
  PluginTable plugins{db};
  HoldTable holds{db};
  ActionTable actions{db};
  Retention retention{db, tallies};
  StormGuard storms;
};

struct Transaction {
  RecordTable& records;
  DeliveryTable& deliveries;
  JobTable& jobs;
  EffectTable& effects;
  PluginTable& plugins;
  HoldTable& holds;
  ActionTable& actions;
  Retention& retention;
  StormGuard& storms;
  Tallies& tallies;
  TimePoint now;
  std::int64_t host_run;
};

}  // namespace fh
