#include "store/schema.h"

#include <array>
#include <span>

#include "base/check.h"

namespace fh {
namespace {

using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

// Times are milliseconds since 1970 UTC and end in _ms; JSON is text. Checks, and the conditions of
// indexes and of the queries that use them, are written with OR: for IN, SQLite fills a table of
// the choices each time.
constexpr const char* kFirst[] = {
    // One row per start of a host: leases name it, recovery frees the leases of those before it.
    R"(CREATE TABLE host_runs (
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         pid INTEGER NOT NULL,
         version TEXT NOT NULL,
         started_at_ms INTEGER NOT NULL))",

    R"(CREATE TABLE records (
         id INTEGER PRIMARY KEY,
         account TEXT NOT NULL,
         type TEXT NOT NULL,
         key TEXT NOT NULL CHECK (key <> ''),
         uuid TEXT NOT NULL,
         snapshot TEXT,
         shape INTEGER NOT NULL DEFAULT 0,
         updated_at_ms INTEGER,
         merged_into INTEGER))",
    "CREATE INDEX records_merged ON records (merged_into) WHERE merged_into IS NOT NULL",
    R"(CREATE TABLE aliases (
         account TEXT NOT NULL,
         type TEXT NOT NULL,
         kind TEXT NOT NULL,
         alias TEXT NOT NULL,
         record INTEGER NOT NULL,
         PRIMARY KEY (account, type, kind, alias)) WITHOUT ROWID)",
    "CREATE INDEX aliases_by_record ON aliases (record)",

    // Ids up to here were given out, or may have been: id_sequence.h, and store.h for deliveries.
    "CREATE TABLE reserved_ids (name TEXT PRIMARY KEY, up_to INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO reserved_ids (name, up_to) VALUES ('delivery', 0), ('event', 0), ('job', 0)",

    R"(CREATE TABLE deliveries (
         id INTEGER PRIMARY KEY,
         source TEXT NOT NULL,
         status TEXT NOT NULL
           CHECK (status = 'accepted' OR status = 'ignored' OR status = 'duplicate'),
         reason TEXT NOT NULL,
         received_at_ms INTEGER NOT NULL,
         duplicate_of INTEGER,
         jobs INTEGER NOT NULL,
         secret TEXT NOT NULL,
         head TEXT NOT NULL,
         body BLOB NOT NULL))",
    "CREATE INDEX deliveries_by_source ON deliveries (source)",
    // The latest delivery of each record and source (but see kFourth); body_hash is null when it
    // leaves no key.
    R"(CREATE TABLE latest (
         record INTEGER NOT NULL,
         source TEXT NOT NULL,
         delivery INTEGER NOT NULL,
         body_hash BLOB,
         received_at_ms INTEGER NOT NULL,
         PRIMARY KEY (record, source)) WITHOUT ROWID)",
    R"(CREATE TABLE sender_ids (
         source TEXT NOT NULL,
         sender_id TEXT NOT NULL,
         delivery INTEGER NOT NULL,
         expires_at_ms INTEGER NOT NULL,
         PRIMARY KEY (source, sender_id)) WITHOUT ROWID)",
    "CREATE INDEX sender_ids_by_expiry ON sender_ids (expires_at_ms)",
    R"(CREATE TABLE events (
         id INTEGER PRIMARY KEY,
         delivery INTEGER NOT NULL,
         record INTEGER NOT NULL,
         kind TEXT NOT NULL,
         mode TEXT NOT NULL,
         complete INTEGER NOT NULL,
         changes TEXT NOT NULL,
         snapshot TEXT NOT NULL,
         occurred_at TEXT NOT NULL,
         actor TEXT NOT NULL))",
    "CREATE INDEX events_by_delivery ON events (delivery)",

    // Open jobs only. `seq` is the order of acceptance; `turn` is the record whose turn a serial
    // job waits for or holds, null when the plugin asked for no order.
    R"(CREATE TABLE jobs (
         id INTEGER PRIMARY KEY,
         seq INTEGER NOT NULL,
         plugin TEXT NOT NULL,
         record INTEGER NOT NULL,
         turn INTEGER,
         event INTEGER NOT NULL,
         delivery INTEGER NOT NULL,
         parent INTEGER,
         depth INTEGER NOT NULL,
         matched TEXT NOT NULL,
         input TEXT NOT NULL,
         state TEXT NOT NULL,
         reason TEXT NOT NULL DEFAULT '',
         run_at_ms INTEGER NOT NULL,
         lease INTEGER NOT NULL DEFAULT 0,
         lease_until_ms INTEGER,
         host_run INTEGER,
         runs INTEGER NOT NULL DEFAULT 0,
         attempts INTEGER NOT NULL DEFAULT 0,
         crashes INTEGER NOT NULL DEFAULT 0,
         lost INTEGER NOT NULL DEFAULT 0,
         max_attempts INTEGER NOT NULL,
         created_at_ms INTEGER NOT NULL,
         started_at_ms INTEGER,
         finished_at_ms INTEGER,
         CHECK (state = 'available' OR state = 'blocked' OR state = 'running'
                OR state = 'scheduled' OR state = 'retryable'),
         CHECK ((state = 'running') = (lease_until_ms IS NOT NULL))))",
    "CREATE INDEX jobs_ready ON jobs (plugin, seq) WHERE state = 'available'",
    "CREATE INDEX jobs_due ON jobs (run_at_ms) WHERE state IN ('scheduled', 'retryable')",
    "CREATE INDEX jobs_leased ON jobs (host_run) WHERE state = 'running'",
    "CREATE INDEX jobs_blocked ON jobs (turn, plugin, seq) WHERE state = 'blocked'",
    "CREATE INDEX jobs_by_delivery ON jobs (delivery)",
    R"(CREATE UNIQUE INDEX jobs_one_per_turn ON jobs (turn, plugin)
         WHERE turn IS NOT NULL AND state IN ('available', 'running', 'retryable'))",

    // Finished jobs, out of every index that claims use. The same columns in the same order.
    R"(CREATE TABLE job_history (
         id INTEGER PRIMARY KEY,
         seq INTEGER NOT NULL,
         plugin TEXT NOT NULL,
         record INTEGER NOT NULL,
         turn INTEGER,
         event INTEGER NOT NULL,
         delivery INTEGER NOT NULL,
         parent INTEGER,
         depth INTEGER NOT NULL,
         matched TEXT NOT NULL,
         input TEXT NOT NULL,
         state TEXT NOT NULL
           CHECK (state = 'completed' OR state = 'dead' OR state = 'cancelled'),
         reason TEXT NOT NULL,
         run_at_ms INTEGER NOT NULL,
         lease INTEGER NOT NULL,
         lease_until_ms INTEGER,
         host_run INTEGER,
         runs INTEGER NOT NULL,
         attempts INTEGER NOT NULL,
         crashes INTEGER NOT NULL,
         lost INTEGER NOT NULL,
         max_attempts INTEGER NOT NULL,
         created_at_ms INTEGER NOT NULL,
         started_at_ms INTEGER,
         finished_at_ms INTEGER NOT NULL))",
    "CREATE INDEX job_history_by_delivery ON job_history (delivery)",
    "CREATE INDEX job_history_dead ON job_history (plugin, id) WHERE state <> 'completed'",

    // error: what the run said at its end, which of a done one is its result, JSON.
    R"(CREATE TABLE runs (
         job INTEGER NOT NULL,
         run INTEGER NOT NULL,
         lease INTEGER NOT NULL,
         host_run INTEGER NOT NULL,
         build TEXT NOT NULL,
         started_at_ms INTEGER NOT NULL,
         ended_at_ms INTEGER,
         outcome TEXT,
         error TEXT,
         PRIMARY KEY (job, run)) WITHOUT ROWID)",

    // Counts by plugin and state, changed in the transaction that moves the job.
    R"(CREATE TABLE tallies (
         plugin TEXT NOT NULL,
         state TEXT NOT NULL,
         jobs INTEGER NOT NULL CHECK (jobs >= 0),
         PRIMARY KEY (plugin, state)) WITHOUT ROWID)",

    R"(CREATE TABLE plugins (
         name TEXT PRIMARY KEY,
         version TEXT NOT NULL,
         build TEXT NOT NULL,
         manifest TEXT NOT NULL,
         file TEXT NOT NULL,
         state TEXT NOT NULL,
         reason TEXT NOT NULL,
         activated_at_ms INTEGER NOT NULL) WITHOUT ROWID)",

    // lease 0: nobody is inside; result null: started and not (yet) finished.
    R"(CREATE TABLE once_keys (
         plugin TEXT NOT NULL,
         key TEXT NOT NULL,
         job INTEGER NOT NULL,
         lease INTEGER NOT NULL,
         result TEXT,
         started_at_ms INTEGER NOT NULL,
         finished_at_ms INTEGER,
         PRIMARY KEY (plugin, key)) WITHOUT ROWID)",
    R"(CREATE TABLE steps (
         job INTEGER NOT NULL,
         name TEXT NOT NULL,
         lease INTEGER NOT NULL,
         result TEXT,
         started_at_ms INTEGER NOT NULL,
         finished_at_ms INTEGER,
         PRIMARY KEY (job, name)) WITHOUT ROWID)",
    R"(CREATE TABLE plugin_states (
         plugin TEXT NOT NULL,
         record INTEGER NOT NULL,
         version INTEGER NOT NULL,
         value TEXT NOT NULL,
         PRIMARY KEY (plugin, record)) WITHOUT ROWID)",
    // Changes a plugin said it is about to cause itself.
    R"(CREATE TABLE echoes (
         plugin TEXT NOT NULL,
         record INTEGER NOT NULL,
         field TEXT NOT NULL,
         value TEXT NOT NULL,
         expires_at_ms INTEGER NOT NULL,
         PRIMARY KEY (record, plugin, field, value)) WITHOUT ROWID)",
    "CREATE INDEX echoes_by_expiry ON echoes (expires_at_ms)",
};

constexpr const char* kSecond[] = {
    // Which file the host had open (store_file.h), and when it closed it; null: not (yet).
    "ALTER TABLE host_runs ADD COLUMN file TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE host_runs ADD COLUMN ended_at_ms INTEGER",
    // Whether an earlier begin of the key was never finished.
    "ALTER TABLE once_keys ADD COLUMN interrupted INTEGER NOT NULL DEFAULT 0",

    // What operators did; job is null for what was done to a plugin.
    R"(CREATE TABLE actions (
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         at_ms INTEGER NOT NULL,
         who TEXT NOT NULL,
         action TEXT NOT NULL,
         job INTEGER,
         plugin TEXT NOT NULL))",
    "CREATE INDEX actions_by_job ON actions (job) WHERE job IS NOT NULL",
    "CREATE INDEX actions_by_plugin ON actions (plugin) WHERE job IS NULL",

    // What keeps a plugin's ready jobs from being leased.
    R"(CREATE TABLE pauses (
         plugin TEXT PRIMARY KEY,
         who TEXT NOT NULL,
         at_ms INTEGER NOT NULL) WITHOUT ROWID)",
    R"(CREATE TABLE quarantines (
         plugin TEXT NOT NULL,
         build TEXT NOT NULL,
         reason TEXT NOT NULL,
         jobs TEXT NOT NULL,
         at_ms INTEGER NOT NULL,
         PRIMARY KEY (plugin, build)) WITHOUT ROWID)",
    // The latest crashes of each build's workers; job 0: it was idle.
    R"(CREATE TABLE crashes (
         plugin TEXT NOT NULL,
         build TEXT NOT NULL,
         job INTEGER NOT NULL,
         at_ms INTEGER NOT NULL))",
    "CREATE INDEX crashes_by_build ON crashes (plugin, build, at_ms)",
};

// A snapshot that stands in its delivery's body is not stored again: body_size bytes from body_at
// of the body of an event's own delivery, or of the one a record's body_of names; that delivery
// names the record too, so that the baseline outlives it (Retention).
constexpr const char* kThird[] = {
    "ALTER TABLE events ADD COLUMN body_at INTEGER",
    "ALTER TABLE events ADD COLUMN body_size INTEGER",
    "ALTER TABLE records ADD COLUMN body_of INTEGER",
    "ALTER TABLE records ADD COLUMN body_at INTEGER",
    "ALTER TABLE records ADD COLUMN body_size INTEGER",
    "ALTER TABLE deliveries ADD COLUMN record INTEGER",
};

// The latest delivery of a record stands in its row, which the same delivery changes anyway; that
// of each other source, and of a row of before this step, in the table `latest`.
constexpr const char* kFourth[] = {
    "ALTER TABLE records ADD COLUMN latest_source TEXT",
    "ALTER TABLE records ADD COLUMN latest_delivery INTEGER",
    "ALTER TABLE records ADD COLUMN latest_hash BLOB",
    "ALTER TABLE records ADD COLUMN latest_at_ms INTEGER",
    // With OR.
    "DROP INDEX jobs_due",
    "CREATE INDEX jobs_due ON jobs (run_at_ms) WHERE (state = 'scheduled' OR state = 'retryable')",
    "DROP INDEX jobs_one_per_turn",
    R"(CREATE UNIQUE INDEX jobs_one_per_turn ON jobs (turn, plugin)
         WHERE turn IS NOT NULL
           AND (state = 'available' OR state = 'running' OR state = 'retryable'))",
};

// What a storm put off, which alone is scheduled for a reason.
constexpr const char* kFifth[] = {
    R"(CREATE INDEX jobs_parked ON jobs (plugin, record, run_at_ms)
         WHERE state = 'scheduled' AND reason <> '')",
};

// Which event of its delivery a row is; null: not known, the row is of before this step. And why
// the events of a batch made no job, where the delivery's own reason does not say whose it is.
constexpr const char* kSixth[] = {
    "ALTER TABLE events ADD COLUMN ordinal INTEGER",
    "ALTER TABLE deliveries ADD COLUMN event_reasons TEXT",
};

// When a source itself delivered last, of what retention has removed.
constexpr const char* kSeventh[] = {
    "CREATE TABLE heard (source TEXT PRIMARY KEY, last_at_ms INTEGER NOT NULL) WITHOUT ROWID",
};

// Which event of which delivery was the record's latest that made a job.
constexpr const char* kEighth[] = {
    "ALTER TABLE records ADD COLUMN accepted_delivery INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE records ADD COLUMN accepted_ordinal INTEGER NOT NULL DEFAULT 0",
};

// Of records that made jobs before kEighth: what its columns would say. An event is stored with the
// record that it was about then, and where it made no job too if it was replayed.
constexpr const char* kNinth[] = {
    R"(UPDATE records SET accepted_delivery = newest.delivery, accepted_ordinal = newest.ordinal
         FROM (SELECT coalesce(r.merged_into, r.id) AS record, e.delivery,
             coalesce(e.ordinal, 0) AS ordinal, row_number() OVER (
               PARTITION BY coalesce(r.merged_into, r.id)
               ORDER BY e.delivery DESC, e.ordinal DESC) AS place
           FROM (SELECT event FROM jobs UNION ALL SELECT event FROM job_history) j
           JOIN events e ON e.id = j.event JOIN records r ON r.id = e.record) AS newest
         WHERE newest.place = 1 AND records.id = newest.record
           AND accepted_delivery < newest.delivery)",
};

constexpr std::array<std::span<const char* const>, 9> kSteps = {
    kFirst, kSecond, kThird, kFourth, kFifth, kSixth, kSeventh, kEighth, kNinth};

}  // namespace

int schema_version() { return static_cast<int>(kSteps.size()); }

void migrate(Poco::Data::Session& session, const std::string& path) {
  int version = 0;
  session << "PRAGMA user_version", into(version), now;
  if (version > schema_version())
    throw HostError("store: " + path + " has schema " + std::to_string(version) +
                    ", this fieldhookd knows up to " + std::to_string(schema_version()) +
                    ": start the newer fieldhookd that wrote it, or restore a backup");
  while (version < schema_version()) {
    session << "BEGIN IMMEDIATE", now;
    try {
      for (const char* sql : kSteps[static_cast<std::size_t>(version)]) session << sql, now;
      session << "PRAGMA user_version = " + std::to_string(version + 1), now;
      session << "COMMIT", now;
    } catch (...) {
      session << "ROLLBACK", now;
      throw;
    }
    ++version;
  }
}

}  // namespace fh
