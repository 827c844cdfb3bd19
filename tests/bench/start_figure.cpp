// From spawning the host to its ready line, with a new store and with one full of finished jobs.
#include "bench/bench_host.h"
#include "bench/filled_store.h"
#include "bench/series.h"

namespace fh::bench {
namespace {

double start_ms(Bench& bench, const HostFolder& folder) {
  BenchHost host(bench, folder);
  host.stop();
  return host.time_to_ready().count();
}

}  // namespace

Rows measure_start(Bench& bench) {
  const std::int64_t jobs = bench.plan().finished_jobs;
  bench.note("start: making " + std::to_string(jobs) + " finished jobs");
  const HostFolder full(bench.fresh_folder("full"));
  full.put_plugin(bench.plugin(kNoop));
  fill_store(full.store(), {.finished = jobs, .text_bytes = 1536});
  std::vector<double> with_empty;
  std::vector<double> with_full;
  for (int run = 0; run < bench.plan().runs; ++run) {
    const HostFolder empty(bench.fresh_folder("empty"));
    empty.put_plugin(bench.plugin(kNoop));
    with_empty.push_back(start_ms(bench, empty));
    with_full.push_back(start_ms(bench, full));
  }
  return {{.figure = "start to ready, new store", .unit = "ms", .median = median(with_empty)},
          {.figure = "start to ready, " + std::to_string(jobs) + " finished jobs",
           .unit = "ms",
           .median = median(with_full),
           .ceiling = median(with_empty),
           .ratio = median_ratio(with_full, with_empty)}};
}

}  // namespace fh::bench
