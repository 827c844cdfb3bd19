#include "daemon.h"

#include "base/log.h"
#include "queue/recover.h"

namespace fh {
namespace {

// How long a new host waits for the workers of one that was killed, before it ends them itself.
constexpr Millis kOldWorkersPatience = std::chrono::seconds(10);
constexpr std::size_t kAdminConnections = 16;
constexpr std::size_t kAdminMaxBody = 64 * 1024;

const std::string& with_folder(const std::filesystem::path& store) {
  std::error_code error;
  std::filesystem::create_directories(store.parent_path(), error);
  if (error)
    throw HostError("store: cannot make " + store.parent_path().string() + ": " + error.message());
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
      lock_(with_folder(config_.store), kOldWorkersPatience, drain_patience(config_.workers)),
      ledger_(config_.store.native()),
      store_(config_.store.native(), clock_, store),
      dispatcher_(store_),
      timer_(store_, clock_),
      catalog_({config_.plugins, config_.store.native() + ".builds", worker_,
                config_.workers.handshake, lock_.fd()},
               store_, clock_),
      supervisor_({store_,
                   clock_,
                   catalog_,
                   dispatcher_,
                   ledger_,
                   config_.plugins,
                   config_.workers,
                   worker_,
                   lock_.fd(),
                   {}}),
      disk_(config_.store, config_.ingest.min_free_disk),
      receiver_(config_, store_, catalog_, clock_, disk_),
      api_({config_, store_, catalog_, supervisor_, receiver_, disk_, ready_}) {
  // What an earlier host recorded is gone: the lock is held.
  ledger_.kill_recorded();
  connect_parts();
}

Daemon::~Daemon() { drain_and_stop(); }

void Daemon::connect_parts() {
  store_.set_hook(&dispatcher_);
  dispatcher_.set_callbacks({[this](const std::string& plugin) { supervisor_.want(plugin); },
                             [this](TimePoint due) { timer_.due_at(due); }});
  disk_.set_on_change([this](bool low) { dispatcher_.hold(low); });
  catalog_.set_on_change([this](const std::string& plugin) { supervisor_.plugin_changed(plugin); });
}

HttpFrontOptions Daemon::ingest_options() {
  HttpFrontOptions options;
  options.name = "ingest";
  options.listen = config_.ingest.listen;
  options.max_connections = config_.ingest.max_connections;
  options.max_body = config_.ingest.max_body;
  options.timeout = config_.ingest.request_deadline;
  options.handle = [this](const RawRequest& request) { return receiver_.handle(request); };
  options.head_decides = [this](const RawRequest& head) { return receiver_.head_decides(head); };
  return options;
}

HttpFrontOptions Daemon::admin_options() {
  HttpFrontOptions options;
  options.name = "admin";
  options.listen = config_.admin.listen;
  options.max_connections = kAdminConnections;
  options.max_body = kAdminMaxBody;
  options.handle = [this](const RawRequest& request) { return api_.handle(request); };
  // No call of the API has a body.
  options.head_decides = [](const RawRequest&) { return true; };
  return options;
}

void Daemon::load_last_deliveries() {
  Views views(store_.reader());
  for (const SourceConfig& source : config_.sources)
    if (const auto at = views.last_delivery_of(source.name))
      receiver_.set_last_delivery(source.name, *at);
}

void Daemon::start() {
  store_.start();
  // Bound early, so that a port that is taken is found before anything runs; opened late.
  ingest_ = std::make_unique<HttpFront>(ingest_options());
  admin_ = std::make_unique<HttpFront>(admin_options());
  admin_->start();
  disk_.start();
  const int lost = recover(store_);
  if (lost > 0) log_warning("runs_lost", {{"runs", lost}});
  load_last_deliveries();
  supervisor_.start();
  timer_.start();
  catalog_.start();
  for (const std::string& plugin :
       store_.write([](Transaction& tx) { return tx.jobs.ready_plugins(); }))
    dispatcher_.look_at(plugin);
  ingest_->start();
  ready_ = true;
  log_info(
      "ready",
      {{"ingest", ingest_->port()}, {"admin", admin_->port()}, {"version", FIELDHOOK_VERSION}});
}

void Daemon::drain_and_stop() {
  if (std::exchange(stopped_, true)) return;
  if (ready_) {
    lock_.note_draining();
    log_info("draining",
             {{"grace_ms", static_cast<std::int64_t>(config_.workers.drain_grace.count())}});
  }
  ready_ = false;
  supervisor_.drain(config_.workers.drain_grace);
  if (ingest_) ingest_->stop();
  if (admin_) admin_->stop();
  catalog_.stop();
  supervisor_.stop();
  timer_.stop();
  disk_.stop();
  store_.stop();
  log_info("stopped");
}

}  // namespace fh
