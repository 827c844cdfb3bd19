// A backlog of jobs through real workers: made while the plugin was missing, run once its file is
// back. Each drain starts from a copy of the same store, and so does its ceiling.
#include "bench/backlog.h"
#include "bench/drain_ceiling.h"
#include "bench/series.h"

namespace fh::bench {
namespace {

constexpr double kDrainTarget = 0.7;

}  // namespace

Rows measure_drain(Bench& bench) {
  const std::int64_t jobs = bench.plan().drained_jobs;
  bench.note("drain: making " + std::to_string(jobs) + " jobs");
  const HostFolder backlog = make_backlog(bench, jobs);
  const auto copy = bench.fresh_folder("copy") / "fieldhook.db";
  copy_store(backlog.store(), copy);
  const Lease lease = sample_lease(copy, kNoop);
  const WorkerLoad load{bench.executable("fieldhook-worker"), bench.plugin(kNoop), kSlots,
                        bench.plan().run_time / 2};
  std::vector<double> drains, round_trips, stores, ceilings;
  for (int run = 0; run < bench.plan().runs; ++run) {
    bench.note("drain: run " + std::to_string(run + 1));
    round_trips.push_back(round_trips_per_second(load, lease));
    copy_store(backlog.store(), copy);
    stores.push_back(store_jobs_per_second(copy, kNoop, kSlots));
    ceilings.push_back(together(round_trips.back(), stores.back()));
    drains.push_back(drain_per_second(bench, backlog, {.jobs = jobs}));
  }
  return {{.figure =
               "drain of " + std::to_string(jobs) + " jobs, " + std::to_string(kSlots) + " workers",
           .unit = "/s",
           .median = median(drains),
           .ceiling = median(ceilings),
           .ratio = median_ratio(drains, ceilings),
           .target = Target::ratio_at_least,
           .limit = kDrainTarget},
          {.figure = "  no-op round trips alone", .unit = "/s", .median = median(round_trips)},
          {.figure = "  store alone, " + std::to_string(kSlots) + " jobs a commit",
           .unit = "/s",
           .median = median(stores)}};
}

}  // namespace fh::bench
