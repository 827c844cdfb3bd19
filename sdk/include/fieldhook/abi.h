/*
 * The C ABI between fieldhook and a plugin, for C11 and C++; C++ authors include plugin.hpp.
 *
 * A plugin is a shared library that exports one symbol, the constant `fieldhook_plugin`. A worker
 * process loads one plugin, calls create() once, then execute() for one run after the other.
 *
 * What holds everywhere:
 *  - Threads: every function of the plugin is called by the worker's main thread, one at a time.
 *    Every function of the host may be called from any thread of the plugin, for a run that has
 *    not ended; after execute() has returned it answers FIELDHOOK_ENDED and does nothing.
 *  - Lifetime: a fieldhook_string passed into a function is valid until that function returns, to
 *    either side. A side that needs the text longer copies it. No memory changes hands.
 *    fieldhook_plugin, fieldhook_host and what they point to stay valid until the process ends.
 *  - Null: no pointer is null unless it says so. A string of size 0 may have any data pointer.
 *  - Failure: nothing throws across, in either direction. What can fail returns a fieldhook_status.
 *  - Text is UTF-8 and not terminated by NUL. JSON is RFC 8259.
 *  - Growth: structs only grow at the end, and carry their size as the side that made them knew
 *    it. Read no member that lies beyond struct_size. A change that this cannot carry raises
 *    FIELDHOOK_ABI_MAJOR, and then plugin and host refuse each other with a sentence.
 */
#ifndef FIELDHOOK_ABI_H
#define FIELDHOOK_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FIELDHOOK_ABI_MAJOR 1u
#define FIELDHOOK_ABI_MINOR 0u

#if defined(_WIN32)
#define FIELDHOOK_EXPORT __declspec(dllexport)
#else
#define FIELDHOOK_EXPORT __attribute__((visibility("default")))
#endif

/* Text: size bytes at data. data may be null only if size is 0. */
typedef struct fieldhook_string {
  const char* data;
  size_t size;
} fieldhook_string;

/*
 * How text comes back: the called function calls receive(arg, text) at most once, on the calling
 * thread, before it returns. The text is valid until receive returns. receive must not throw and
 * must not call back into the side that calls it. receive may be null: the text is then dropped.
 * arg is handed through untouched and may be null.
 */
typedef struct fieldhook_reply {
  void (*receive)(void* arg, fieldhook_string text);
  void* arg;
} fieldhook_reply;

/* What a host function answers. The set is closed. A function with a reply gives it a sentence
 * for a person that says why, with every answer but OK and DONE_BEFORE. */
typedef int32_t fieldhook_status;
enum {
  FIELDHOOK_OK = 0,
  FIELDHOOK_DONE_BEFORE = 1, /* the work was committed earlier; the reply is its result JSON */
  FIELDHOOK_BUSY = 2,        /* a job, or this run itself, is at this key: end it with retry() and
                              * the reply in its reason; if it was a job, no attempt is charged */
  FIELDHOOK_NOT_FOUND = 3,   /* nothing has that name */
  FIELDHOOK_TOO_LARGE = 4,   /* over a limit; the reply names it */
  FIELDHOOK_CONFLICT = 5,    /* someone else wrote first: retry(), but fail() after commit */
  FIELDHOOK_ENDED = 6,       /* the run is over */
  FIELDHOOK_REFUSED = 7,     /* a bad argument; the same call would be refused again */
  FIELDHOOK_FAILED = 8       /* trouble in the host; a later run may succeed */
};

typedef int32_t fieldhook_log_level;
enum {
  FIELDHOOK_LOG_ERROR = 0,
  FIELDHOOK_LOG_WARNING = 1,
  FIELDHOOK_LOG_INFO = 2,
  FIELDHOOK_LOG_DEBUG = 3
};

/* Names one run towards the host. Opaque: never dereferenced, no memory of the plugin's concern,
 * and still a valid argument after the run has ended. Never null. */
typedef struct fieldhook_run fieldhook_run;

/* One run's work. The struct and all its strings are valid until the plugin's function that was
 * given it returns; reading it from any thread until then is safe. */
typedef struct fieldhook_job {
  uint32_t struct_size;
  uint32_t run;     /* which start of this job this is, from 1 */
  uint32_t attempt; /* which attempt that may be charged, from 1 */
  uint32_t max_attempts;
  uint64_t job_id;
  int64_t deadline_unix_ms;     /* since 1970 UTC; a little later the host kills the worker */
  fieldhook_string plugin;      /* the name in the plugin's manifest */
  fieldhook_string record_type; /* "contact" or "company" */
  fieldhook_string record_id;   /* never empty */
  fieldhook_string record;      /* JSON object: the record as the CRM sent it, or as last known */
  /* JSON {id, kind: "created"|"updated"|"deleted", mode, record: {account, type, id, uuid},
   * changes: {field: {from?, to?}}, occurred_at, actor, complete}; an absent "from" is not known;
   * complete: the record came with the event, else it is the one last known */
  fieldhook_string event;
  fieldhook_string delivery; /* JSON {id, source, received_at} */
  fieldhook_string matched;  /* JSON array: the watches that matched, as text */
  fieldhook_string input;    /* JSON given to enqueue(), or empty */
  fieldhook_string settings; /* JSON object: the plugin's settings in the host's configuration */
} fieldhook_job;

/*
 * What the host offers: one constant table for the life of the process. All functions: any thread;
 * the run argument is the one given to execute(). Out-pointers are not null and are written only
 * with FIELDHOOK_OK.
 *
 * Scopes: once_begin() and step_begin() open a scope and give its number; commit() or abandon()
 * closes it. An effect (state_set, enqueue) given a scope is stored together with that scope's
 * result; given scope 0 (the run itself) it is stored if the run ends with done or snooze, else
 * dropped.
 */
typedef struct fieldhook_host {
  uint32_t struct_size;
  uint32_t abi_minor; /* the host's; of another major version it would not call the plugin */

  /* Adds a line to the job's log. Never waits for an answer. Text is cut at 16 KiB, at a
   * character; of a run 1000 lines are logged, those that it prints among them. */
  fieldhook_status (*log)(fieldhook_run* run, fieldhook_log_level level, fieldhook_string text);

  /* 1 when the run should end soon (operator, deadline, host stopping) or has ended, else 0. What
   * the run says after that counts if it is done, or fail after the deadline; else the host says
   * how it ended: cancelled, or timed_out or interrupted, which keep its reason in the text. A fail
   * with an open scope counts when the host stops, too: see commit. */
  int32_t (*cancelled)(fieldhook_run* run);

  /* Replies with the secret of that name. NOT_FOUND: the configuration has none for this plugin. */
  fieldhook_status (*secret)(fieldhook_run* run, fieldhook_string name, fieldhook_reply reply);

  /* Asks to do the work named key, once for all jobs of this plugin. OK: do it now; it is on disk
   * that it was started; then call commit or abandon. DONE_BEFORE: do not do it. BUSY: another job
   * is at it. */
  fieldhook_status (*once_begin)(fieldhook_run* run, fieldhook_string key, uint64_t* scope,
                                 fieldhook_reply reply);

  /* The same, the name being this job's own. */
  fieldhook_status (*step_begin)(fieldhook_run* run, fieldhook_string name, uint64_t* scope,
                                 fieldhook_reply reply);

  /* Closes a scope: result (JSON, at most 64 KiB, "null" if there is none) and the scope's effects
   * are on disk when this returns OK. With any other answer they are not, and the scope stays
   * started; its work was done and a retry would repeat it, so end the run with fail(). CONFLICT:
   * another job changed the state that the scope has set. REFUSED: the result is no JSON. */
  fieldhook_status (*commit)(fieldhook_run* run, uint64_t scope, fieldhook_string result_json,
                             fieldhook_reply reply);

  /* Closes a scope whose work was not done; its effects are dropped, its key is free again and was
   * not interrupted. */
  fieldhook_status (*abandon)(fieldhook_run* run, uint64_t scope, fieldhook_reply reply);

  /* *yes = 1 when an earlier run began the once-key and ended (it died, or was killed) with neither
   * commit nor abandon, so the work may or may not have happened; else 0. */
  fieldhook_status (*interrupted)(fieldhook_run* run, fieldhook_string key, int32_t* yes,
                                  fieldhook_reply reply);

  /* Replies with the JSON kept for this plugin and record, or with nothing if there is none;
   * *version is what state_set wants, 0 if there is none. */
  fieldhook_status (*state_get)(fieldhook_run* run, uint64_t* version, fieldhook_reply reply);

  /* Keeps JSON for this plugin and record as an effect of scope. *version: in, the version it is
   * based on, one that an abandoned scope was given included; out, the one the next state_set is
   * based on. CONFLICT: it was changed since. REFUSED: it is no JSON. */
  fieldhook_status (*state_set)(fieldhook_run* run, uint64_t scope, fieldhook_string json,
                                uint64_t* version, fieldhook_reply reply);

  /* Makes a job of another (or the same) plugin for the same event and record, as an effect of
   * scope. json: {"input": any, at most 64 KiB, "after_ms": integer}, both optional. */
  fieldhook_status (*enqueue)(fieldhook_run* run, uint64_t scope, fieldhook_string plugin,
                              fieldhook_string json, fieldhook_reply reply);

  /* Shows people how far the run is; percent is brought to 0 to 100, text cut at 200 bytes. Not
   * kept. */
  fieldhook_status (*progress)(fieldhook_run* run, int32_t percent, fieldhook_string text);

  /* Replies with a text that is the same for every run of this job and this label, and no other:
   * for services that take an idempotency key. */
  fieldhook_status (*idempotency_key)(fieldhook_run* run, fieldhook_string label,
                                      fieldhook_reply reply);

  /* Says, before it happens, that the plugin will write {field: value} to the record in the CRM, so
   * that the webhook this causes makes no job of this plugin. On disk when it returns OK. */
  fieldhook_status (*expect_echo)(fieldhook_run* run, fieldhook_string changes_json,
                                  fieldhook_reply reply);

  /* *yes = 1 when a newer event of this record was accepted, else 0. */
  fieldhook_status (*superseded)(fieldhook_run* run, int32_t* yes, fieldhook_reply reply);

  /* The outcome: exactly one of these should be called before execute() returns; the last call
   * counts, none at all is a failed job. Each answers OK, ENDED, or (done only) TOO_LARGE over 64
   * KiB, and then it changed nothing. A result that is no JSON is left out, with a note in its
   * place. */
  fieldhook_status (*done)(fieldhook_run* run, fieldhook_string result_json); /* "" for no result */
  /* after_ms -1: the host's backoff decides. */
  fieldhook_status (*retry)(fieldhook_run* run, fieldhook_string reason, int64_t after_ms);
  /* At least a second. */
  fieldhook_status (*snooze)(fieldhook_run* run, int64_t after_ms);
  fieldhook_status (*fail)(fieldhook_run* run, fieldhook_string reason);

  /* An optional feature by name and version ("batch/1"), or null if this host has none of that
   * name. The struct is valid until the process ends. Any thread, any time. */
  const void* (*get_extension)(fieldhook_string name);
} fieldhook_host;

/*
 * What the plugin exports. The first three members stand there, with this meaning, in every major
 * version for ever, so that any host can say which version it met.
 */
typedef struct fieldhook_plugin_table {
  uint32_t abi_major;   /* FIELDHOOK_ABI_MAJOR */
  uint32_t abi_minor;   /* FIELDHOOK_ABI_MINOR */
  uint32_t struct_size; /* sizeof(fieldhook_plugin_table) */

  /* Returns the manifest as JSON (docs/abi.md), valid until the process ends. Called once, before
   * create(). On failure: a string of size 0, and the reason to reply. */
  fieldhook_string (*manifest)(fieldhook_reply reply);

  /* Makes the one instance of this process; called before the first run. Failure: null, and the
   * reason to reply; that run ends as a retry, the next one tries again. */
  void* (*create)(fieldhook_reply reply);

  /* Ends the instance; called at most once, when the worker stops in peace. May be null. */
  void (*destroy)(void* instance);

  /* Does one run and says how it ended with one of the host's outcome functions. instance is
   * create()'s; host and run are not null; job is valid until the return. */
  void (*execute)(void* instance, const fieldhook_job* job, const fieldhook_host* host,
                  fieldhook_run* run);

  /* 1: what the run is for was done already; the job completes as skipped and execute() is not
   * called. 0: go on. If it calls an outcome function instead, the run ends with that. May be null:
   * always 0. */
  int32_t (*already_done)(void* instance, const fieldhook_job* job, const fieldhook_host* host,
                          fieldhook_run* run);

  /* An optional feature of the plugin by name and version, or null. May be null: none. */
  const void* (*get_extension)(fieldhook_string name);
} fieldhook_plugin_table;

extern FIELDHOOK_EXPORT const fieldhook_plugin_table fieldhook_plugin;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif
