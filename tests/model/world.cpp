#include "model/world.h"

#include <algorithm>

namespace fh::model {
namespace {

constexpr std::int64_t kBirth = 1'700'000'000'000;
Json watch_of(const PluginTerms& plugin) {
  Json watch = {{"record", "contact"}, {"field", plugin.field}};
  if (plugin.value)
    watch["becomes"] = Json::array({*plugin.value});
  else
    watch["changes"] = true;
  return watch;
}

}  // namespace

std::vector<PluginTerms> Plugins::terms() {
  return {{.name = "any-status", .field = "status", .value = {}},
          {.name = "free", .serial = false, .backlog = 8, .field = "level", .value = {}},
          {.name = "passed", .max_attempts = 2, .field = "status", .value = "Passed"}};
}

Plugins::Plugins(const std::filesystem::path& folder) {
  CatalogOptions options;
  options.plugins.directory = folder / "plugins";
  options.builds = folder / "builds";
  options.handshake = Millis(1000);
  std::filesystem::create_directory(options.plugins.directory);
  store_ = std::make_unique<Store>(folder / "catalog.db", clock_);
  store_->start();
  for (const PluginTerms& plugin : terms()) {
    const Json manifest = {{"name", plugin.name},
                           {"ordering", plugin.serial ? "serial" : "none"},
                           {"watches", Json::array({watch_of(plugin)})}};
    store_->write([&](Transaction& tx) {
      // A plugin whose file is missing: its watches are in force.
      tx.plugins.put({plugin.name, "1", "build", to_text(manifest), plugin.name + ".so", "missing",
                      "", tx.now});
    });
    PluginLimits& limits = options.plugins.limits[plugin.name];
    limits.backlog = static_cast<std::size_t>(plugin.backlog);
    limits.max_attempts = plugin.max_attempts;
  }
  catalog_ = std::make_unique<Catalog>(options, *store_, clock_);
  catalog_->start();
}

Plugins::~Plugins() {
  catalog_.reset();
  store_->stop();
}

class World::Hand final : public IdleWorker {
 public:
  explicit Hand(std::string plugin) : plugin_(std::move(plugin)) {}
  const std::string& plugin() const { return plugin_; }
  void take(Lease lease) override {
    taken_.with([&](auto& taken) { taken = std::make_unique<JobRow>(std::move(lease.job)); });
  }
  /// The job it was given since the last call, if any.
  std::unique_ptr<JobRow> taken() {
    return taken_.with([](auto& taken) { return std::move(taken); });
  }

 private:
  const std::string plugin_;
  Guarded<std::unique_ptr<JobRow>> taken_;
};

class World::LeasingThatFails final : public CommitHook {
 public:
  explicit LeasingThatFails(World& world) : world_(world) {}
  void before_commit(Transaction& tx) override {
    world_.dispatcher_->before_commit(tx);
    if (world_.leasing_fails_.exchange(false)) throw HostError("leasing fails");
  }
  void after_commit() override { world_.dispatcher_->after_commit(); }
  void after_rollback() override { world_.dispatcher_->after_rollback(); }

 private:
  World& world_;
};

World::World(const Plugins& plugins, std::filesystem::path folder)
    : model(Plugins::terms()),
      clock(from_ms(kBirth)),
      plugins_(plugins),
      folder_(std::move(folder)),
      file_(folder_ / "0.db") {
  source_.name = "source";
  source_.account = "crm";
  model.now = kBirth;
  open();
}

World::~World() { shut(); }

void World::open() {
  // What a killed host left is a copy here; a killed host's own file would be no copy.
  store_ = std::make_unique<Store>(file_.string(), clock, StoreOptions{.accept_copy = true});
  dispatcher_ = std::make_unique<Dispatcher>(*store_);
  hook_ = std::make_unique<LeasingThatFails>(*this);
  store_->set_hook(hook_.get());
  store_->start();
  const KeepTerms kept;
  timer_ = std::make_unique<Timer>(
      *store_, clock, RetentionTerms{.age = Millis(kept.age), .dead = Millis(kept.dead)});
  reader_ = std::make_unique<SnapshotReader>(file_.string());
}

void World::shut() {
  reader_.reset();
  timer_.reset();
  if (store_) store_->stop();
  hook_.reset();
  dispatcher_.reset();
  store_.reset();
  hands_.clear();
  offered_.clear();
}

void World::offer(const std::string& plugin) {
  hands_.push_back(std::make_unique<Hand>(plugin));
  ++offered_[plugin];
  dispatcher_->offer({plugin, "build", Millis(60'000), hands_.back().get()});
  dispatcher_->nudge();
  check();
}

void World::withdraw_all() {
  for (const auto& hand : hands_)
    require(dispatcher_->withdraw(hand.get()), "liveness", "an idle worker is not where it waited");
  hands_.clear();
  offered_.clear();
}

// What was granted is handed over after its commit, which another write waits for; a nudge may be
// under way, and leasing may fail once.
void World::settle() {
  for (int i = 0; i < 3; ++i) store_->write([](Transaction&) {});
}

void World::collect() {
  std::vector<JobRow> started;
  for (auto& hand : hands_) {
    const auto job = hand->taken();
    if (!job) continue;
    require(
        !model.paused.contains(hand->plugin()), "pause",
        "job " + std::to_string(job->id) + " was started, and " + hand->plugin() + " is paused");
    started.push_back(*job);
    --offered_[hand->plugin()];
    hand.reset();
  }
  std::erase(hands_, nullptr);
  // Several at once were started one after the other, and nobody saw in which order.
  while (!started.empty()) {
    const auto next = std::find_if(started.begin(), started.end(), [&](const JobRow& job) {
      return model.next_of(job.plugin) == job.id;
    });
    require(next != started.end(), "order",
            "job " + std::to_string(started.front().id) +
                " was started, and it was not the next of " + started.front().plugin);
    model.start(next->id);
    held.push_back({*next, {}});
    started.erase(next);
  }
}

void World::adopt(const Snapshot& seen) {
  if (awaited_.empty()) return;
  for (const auto& [id, rows] : seen.jobs) {
    if (model.jobs.contains(id)) continue;
    const SeenJob& row = rows.front();
    const auto meant = std::find_if(awaited_.begin(), awaited_.end(), [&](const Awaited& one) {
      return one.plugin == row.plugin && one.delivery == row.delivery && one.parent == row.parent;
    });
    require(meant != awaited_.end(), "conservation",
            "job " + std::to_string(id) + " of " + row.plugin + " came from nowhere");
    model.add(*meant, id);
    awaited_.erase(meant);
  }
  require(awaited_.empty(), "no loss", "a job that was to be made is not there");
}

void World::check() {
  settle();
  const Snapshot seen = reader_->read();
  adopt(seen);
  collect();
  check_invariants(model, seen, store_->host_run(), offered_);
}

void World::expect_unchanged(const char* what, const std::function<void()>& deed) {
  const Snapshot before = reader_->read();
  deed();
  settle();
  require(reader_->read() == before, "fencing", std::string(what) + " changed something");
}

}  // namespace fh::model
