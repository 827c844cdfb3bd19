// What an idle host and an idle worker hold in memory: the host when it is ready, and again when it
// has taken a load on 64 connections and run its jobs.
#include <thread>

#include "bench/bench_host.h"
#include "bench/load_client.h"
#include "bench/process_stats.h"

namespace fh::bench {
namespace {

constexpr double kHostTarget = 30;
constexpr double kWorkerTarget = 6;
constexpr std::chrono::seconds kSettling(1);

Row row_of(const std::string& figure, std::size_t bytes, double limit) {
  return {.figure = figure,
          .unit = "MB",
          .median = static_cast<double>(bytes) / 1e6,
          .target = Target::value_below,
          .limit = limit};
}

}  // namespace

Rows measure_memory(Bench& bench) {
  bench.note("memory");
  const HostFolder folder(bench.fresh_folder("memory"));
  folder.put_plugin(bench.plugin(kNoop));
  BenchHost host(bench, folder);
  const std::size_t at_start = resident_bytes(host.pid());
  const std::int64_t count = bench.plan().loaded_deliveries;
  Deliveries deliveries({});
  run_load({.port = host.port(), .connections = 64, .requests = count, .expected = "\"accepted\""},
           deliveries);
  host.wait_completed(count);
  std::this_thread::sleep_for(kSettling);
  const std::size_t after_load = resident_bytes(host.pid());
  std::size_t worker = 0;
  for (const pid_t child : children_of(host.pid()))
    worker = std::max(worker, resident_bytes(child));
  host.stop();
  return {row_of("memory of the host when ready", at_start, kHostTarget),
          row_of("memory of the host after a load", after_load, kHostTarget),
          row_of("memory of an idle worker", worker, kWorkerTarget)};
}

}  // namespace fh::bench
