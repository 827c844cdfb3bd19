// Deliveries of a field that nobody watches: answered at once, written by the next group commit.
#include "bench/bare_server.h"
#include "bench/bench_host.h"
#include "bench/paired_load.h"

namespace fh::bench {

Rows measure_ignored(Bench& bench) {
  constexpr int kConnections = 64;
  constexpr std::int64_t kWarmUp = 8'000;
  bench.note("ignored");
  const BareServer bare(bench);
  Deliveries bare_deliveries({});
  const HostFolder folder(bench.fresh_folder("ignored"));
  folder.put_plugin(bench.plugin(kNoop));
  BenchHost host(bench, folder);
  Deliveries deliveries({.field = kUnwatchedField});
  const Server server{host.port(), host.pid(), &deliveries};
  warm_up(server, kWarmUp);
  const PairedSeries series = run_paired(
      bench, {server, {bare.port(), bare.pid(), &bare_deliveries}, kConnections, "\"ignored\""});
  host.stop();
  Rows rows = {rate_row("ignored deliveries, 64 connections", series)};
  rows[0].target = Target::ratio_at_least;
  rows[0].limit = 1.0;
  for (Row& row : cost_rows(series)) rows.push_back(std::move(row));
  return rows;
}

}  // namespace fh::bench
