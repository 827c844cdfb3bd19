#include "daemon.h"

#include "base/log.h"
#include "base/open_files.h"
#include "base/private_file.h"
#include "queue/recover.h"
#include "signals.h"
#include "store/views.h"

namespace fh {
namespace {

// How long a new host waits for the workers of one that was killed, before it ends them itself.
constexpr Millis kOldWorkersPatience = std::chrono::seconds(10);
constexpr std::size_t kAdminConnections = 256;
constexpr std::size_t kAdminThreads = 8;
// Descriptors that are not the ingest server's: store, admin server, logs.
constexpr std::size_t kOtherFiles = 512;
// Five, and three more while it is started.
constexpr std::size_t kFilesOfAWorker = 8;
// A delivery up to this size is verified, read and matched on the front end's own thread, which
// saves two changes of thread; parsing a larger one would keep the others waiting.
constexpr std::size_t kQuickBody = 64 * 1024;

const std::string& with_folder(const std::filesystem::path& store) {
  make_folders(store.parent_path());
  return store.native();
}

// How long a new host waits for one that was told to stop: that one's graces, and its own end.
Millis drain_patience(const WorkersConfig& workers) {
  return workers.drain_grace + workers.cancel_grace + kOldWorkersPatience;
}

}  // namespace

Daemon::Daemon(Config config, std::filesystem::path worker, const StoreOptions& store)
    : config_(std::move(config)),
      worker_(std::move(worker)),
      lock_(with_folder(config_.store), {.workers = kOldWorkersPatience,
                                         .drain = drain_patience(config_.workers),
                                         .give_up = end_is_asked}),
      ledger_(config_.store.native()),
      store_(config_.store.native(), clock_, store),
      dispatcher_(store_),
      timer_(store_, clock_,
             {config_.retention.age, config_.retention.dead, config_.retention.max_size}),
      catalog_({config_.plugins, config_.store.native() + ".builds", worker_,
                config_.workers.handshake, lock_.handle()},
               store_, clock_),
      supervisor_({store_,
                   clock_,
                   catalog_,
                   dispatcher_,
                   ledger_,
                   config_.plugins,
                   config_.workers,
                   worker_,
                   lock_.handle(),
                   {},
                   {}}),
      disk_(config_.store, config_.ingest.min_free_disk),
      secrets_(config_.sources, clock_),
      receiver_(config_, store_, catalog_, clock_, disk_, secrets_),
      refused_(config_.store.native() + ".refused", receiver_.refused_list()),
      api_({config_, store_, catalog_, supervisor_, receiver_, answers_, disk_, ready_}) {
  // What an earlier host recorded is gone: the lock is held.
  ledger_.kill_recorded();
  connect_parts();
}

Daemon::~Daemon() { drain_and_stop(); }

void Daemon::connect_parts() {
  store_.set_hook(&dispatcher_);
  dispatcher_.set_callbacks({[this](const std::string& plugin) { supervisor_.want(plugin); },
                             [this](TimePoint due) { timer_.due_at(due); }});
  timer_.set_on_tick([this](TimePoint now) {
    receiver_.look_for_silence(now);
    refused_.save_if_due(clock_.steady());
  });
  disk_.set_on_look([this] {
    store_.end_if_replaced();
    store_.keep_wal_short(disk_.scarce());
  });
  disk_.set_on_change([this](bool low) { dispatcher_.hold_leases(low); });
  catalog_.set_on_change([this](const std::string& plugin) { supervisor_.plugin_changed(plugin); });
}

HttpFrontOptions Daemon::ingest_options() {
  const IngestConfig& ingest = config_.ingest;
  HttpFrontOptions options;
  options.name = "ingest";
  options.listen = ingest.listen;
  options.max_connections = ingest.max_connections;
  const std::size_t others = kOtherFiles + config_.workers.max * kFilesOfAWorker;
  const std::size_t files = raise_open_files(ingest.max_connections + others);
  if (files < ingest.max_connections + others) {
    options.max_connections = files > 2 * others ? files - others : files / 2;
    log_warning("few_open_files", {{"allowed", files}, {"connections", options.max_connections}});
  }
  options.max_connections_per_address = ingest.max_connections_per_address;
  options.max_in_flight = ingest.max_in_flight;
  options.tls = ingest.tls;
  options.terms.max_head = ingest.max_head;
  options.terms.request_deadline = ingest.request_deadline;
  options.terms.idle_timeout = ingest.idle_timeout;
  options.terms.trusted_proxies = ingest.trusted_proxies;
  options.terms.answers = &answers_;
  options.terms.max_head_of = [this](std::string_view path) { return receiver_.max_head(path); };
  options.terms.judge_head = [this](const RawRequest& head) { return receiver_.judge_head(head); };
  options.terms.note_refused = [this](const RawRequest& head, const Answer& answer,
                                      const std::string& reason) {
    receiver_.note_refused(head, answer, reason);
  };
  options.is_quick = [this](const RawRequest& request) {
    return request.body.size() <= kQuickBody && !receiver_.is_slow_to_verify(request.path);
  };
  options.handle = [this](RawRequest request, const Respond& respond) {
    receiver_.handle(std::move(request), respond);
  };
  return options;
}

HttpFrontOptions Daemon::admin_options() {
  HttpFrontOptions options;
  options.name = "admin";
  options.listen = config_.admin.listen;
  options.max_connections = options.max_connections_per_address = kAdminConnections;
  options.threads = kAdminThreads;
  options.terms.judge_head = [this](const RawRequest& head) { return api_.judge_head(head); };
  options.terms.refusal = Api::refusal;
  options.is_quick = Api::is_quick;
  options.handle = [this](const RawRequest& request, const Respond& respond) {
    respond(api_.handle(request));
  };
  return options;
}

void Daemon::load_what_was_seen() {
  Views views(store_.reader());
  std::set<std::string> names;
  for (const SourceConfig& source : config_.sources) {
    names.insert(source.name);
    try {
      if (const auto at = views.last_delivery_of(source.name))
        receiver_.set_last_delivery(source.name, *at);
    } catch (const StoreError& error) {
      // Its silence counts from now, then.
      if (!error.damaged()) throw;
      log_error("last_delivery_unreadable", {{"source", source.name}, {"error", error.what()}});
    }
  }
  refused_.load(names);
}

void Daemon::start() {
  store_.start();
  // Bound early, so that a port that is taken is found before anything runs; opened late.
  ingest_ = std::make_unique<HttpFront>(ingest_options());
  admin_ = std::make_unique<HttpFront>(admin_options());
  admin_->start();
  disk_.start();
  secrets_.start();
  const int lost = recover(store_);
  if (lost > 0) log_warning("runs_lost", {{"runs", lost}});
  load_what_was_seen();
  // Before anything can be leased, so that no job runs on a build that was replaced.
  catalog_.start();
  supervisor_.start();
  timer_.start();
  for (const std::string& plugin :
       store_.write([](Transaction& tx) { return tx.jobs.ready_plugins(); }))
    dispatcher_.look_at(plugin);
  ingest_->start();
  ready_ = true;
  log_info(
      "ready",
      {{"ingest", ingest_->port()}, {"admin", admin_->port()}, {"version", FIELDHOOK_VERSION}});
}

// Only for the words of a host that waits for this one.
void Daemon::note_draining() {
  try {
    lock_.note_draining();
  } catch (const HostError& error) {
    log_warning("drain_not_noted", {{"error", error.what()}});
  }
}

void Daemon::drain_and_stop() {
  if (std::exchange(stopped_, true)) return;
  if (ready_) {
    note_draining();
    log_info("draining",
             {{"grace_ms", static_cast<std::int64_t>(config_.workers.drain_grace.count())}});
  }
  ready_ = false;
  catalog_.begin_to_stop();
  supervisor_.drain(config_.workers.drain_grace);
  if (admin_) admin_->begin_to_stop();
  if (ingest_) ingest_->stop();
  if (admin_) admin_->stop();
  catalog_.stop();
  supervisor_.stop();
  timer_.stop();
  refused_.save();
  secrets_.stop();
  disk_.stop();
  store_.stop();
  log_info("stopped");
}

}  // namespace fh
