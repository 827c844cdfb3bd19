// From spawning a host to its ready line, after one was killed by SIGKILL with a long queue and all
// its workers at work.
#include "bench/bench_host.h"
#include "bench/filled_store.h"
#include "bench/series.h"

namespace fh::bench {
namespace {

constexpr double kTargetMs = 1'000;

}  // namespace

Rows measure_recovery(Bench& bench) {
  const std::int64_t jobs = bench.plan().recovered_jobs;
  bench.note("recovery: making " + std::to_string(jobs) + " ready jobs");
  const HostFolder folder(bench.fresh_folder("recovery"));
  folder.put_plugin(bench.plugin(kNoop));
  // So many more that there are enough for the last run too.
  fill_store(folder.store(), {.ready = jobs + bench.plan().runs * jobs / 10});
  std::vector<double> times;
  for (int run = 0; run < bench.plan().runs; ++run) {
    {
      BenchHost killed(bench, folder);
      killed.wait_completed(run + 1);  // its workers are at work; leaving the scope kills it
    }
    BenchHost host(bench, folder);
    times.push_back(host.time_to_ready().count());
  }
  Row row{.figure = "start to ready after SIGKILL, " + std::to_string(jobs) + " open jobs",
          .unit = "ms",
          .median = median(times)};
  row.target = Target::value_below;
  row.limit = kTargetMs;
  return {row};
}

}  // namespace fh::bench
