#include "bench/drain_ceiling.h"

#include <atomic>
#include <thread>

#include "queue/finish.h"
#include "runtime/probe.h"
#include "runtime/run_frames.h"

namespace fh::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience(10);
constexpr std::chrono::minutes kLeaseTime(1);

LeaseTerms lease_terms(const Transaction& tx) {
  return {tx.host_run, "bench", tx.now, tx.now + kLeaseTime};
}

// As the dispatcher does it, with all that a run needs.
std::optional<Lease> lease_next(Transaction& tx, const std::string& plugin) {
  auto job = tx.jobs.lease_next(plugin, lease_terms(tx));
  if (!job) return std::nullopt;
  Lease lease{std::move(*job), {}, {}, tx.now + kLeaseTime};
  lease.event = tx.deliveries.event(lease.job.event);
  lease.record = tx.records.load(lease.job.record);
  return lease;
}

class IdleWorkerProcess {
 public:
  explicit IdleWorkerProcess(const WorkerLaunch& launch) : process_(launch, wake_) {
    if (auto hello = await_hello(process_, {kPatience}); !hello.refused.empty())
      throw HostError("bench: " + hello.refused);
    process_.send(wire::Start{"{}"});
  }

  void round_trip(const wire::Execute& execute) {
    process_.send(execute);
    while (true) {
      const Happening happening = process_.wait(Steady::now() + kPatience);
      if (const auto* frame = std::get_if<wire::Frame>(&happening)) {
        if (std::holds_alternative<wire::Finished>(*frame)) return;
      } else if (!std::holds_alternative<Woken>(happening)) {
        throw HostError("bench: a worker did not finish its run");
      }
    }
  }

 private:
  WakeUp wake_;
  WorkerProcess process_;
};

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

}  // namespace

void copy_store(const std::filesystem::path& from, const std::filesystem::path& to) {
  const auto overwrite = std::filesystem::copy_options::overwrite_existing;
  for (const char* suffix : {"", "-wal"}) {
    const std::filesystem::path file = from.string() + suffix;
    if (std::filesystem::exists(file))
      std::filesystem::copy_file(file, to.string() + suffix, overwrite);
  }
}

Lease sample_lease(const std::filesystem::path& path, const std::string& plugin) {
  const SystemClock clock;
  Store store(path.string(), clock);
  store.start();
  auto lease = store.write([&](Transaction& tx) { return lease_next(tx, plugin); });
  if (!lease) throw HostError("bench: the store has no job that is ready");
  return std::move(*lease);
}

double round_trips_per_second(const WorkerLoad& load, const Lease& lease) {
  std::vector<std::unique_ptr<IdleWorkerProcess>> workers;
  for (int i = 0; i < load.workers; ++i)
    workers.push_back(
        std::make_unique<IdleWorkerProcess>(WorkerLaunch{load.worker, load.plugin, -1}));
  const wire::Execute execute = execute_frame(lease);
  for (const auto& worker : workers) worker->round_trip(execute);  // the first one makes the plugin
  std::atomic<std::int64_t> trips = 0;
  const auto start = Steady::now();
  {
    std::vector<std::jthread> threads;
    for (const auto& worker : workers)
      threads.emplace_back([&] {
        for (; Steady::now() < start + load.time; ++trips) worker->round_trip(execute);
      });
  }
  return static_cast<double>(trips) / seconds_since(start);
}

double store_jobs_per_second(const std::filesystem::path& path, const std::string& plugin,
                             int jobs_per_commit) {
  const SystemClock clock;
  Store store(path.string(), clock);
  store.start();
  std::size_t finished = 0;
  std::vector<Lease> held;
  const auto end_and_lease = [&](Transaction& tx) {
    for (const Lease& lease : held)
      CHECK(finish_run(tx, {.job = lease.job.id, .lease = lease.job.lease, .outcome = {}}));
    std::vector<Lease> next;
    while (next.size() < static_cast<std::size_t>(jobs_per_commit)) {
      auto lease = lease_next(tx, plugin);
      if (!lease) break;
      next.push_back(std::move(*lease));
    }
    return next;
  };
  const auto start = Steady::now();
  do {
    held = store.write(end_and_lease);
    finished += held.size();
  } while (!held.empty());
  return static_cast<double>(finished) / seconds_since(start);
}

}  // namespace fh::bench
