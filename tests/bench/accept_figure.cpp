// Durable accepts a second, each answered 200 when its delivery and job are on disk, against the
// stock server, and the host's own front end alone. The plugin that watches the field is missing,
// so that jobs are made and none is run; then the same with the plugin running.
#include <filesystem>

#include "bench/bare_server.h"
#include "bench/bench_host.h"
#include "bench/paired_load.h"
#include "bench/series.h"

namespace fh::bench {
namespace {

constexpr int kConnections[] = {1, 16, 64};
constexpr int kMostConnections = 64;
constexpr double kAcceptTarget = 0.9;
constexpr std::int64_t kWarmUp = 8'000;
constexpr const char* kAccepted = "\"accepted\"";

Rows accept_rows(Bench& bench, const Server& bare, int connections) {
  const std::string name = "durable accepts, " + std::to_string(connections) +
                           (connections == 1 ? " connection" : " connections");
  bench.note("accept: " + name);
  const HostFolder folder(bench.fresh_folder("accept"));
  folder.put_plugin(bench.plugin(kNoop));
  BenchHost host(bench, folder);
  host.take_plugin(kNoop);
  Deliveries deliveries({});
  const Server server{host.port(), host.pid(), &deliveries};
  warm_up(server, kWarmUp);
  const PairedSeries series = run_paired(bench, {server, bare, connections, kAccepted});
  host.stop();
  std::filesystem::remove_all(folder.path());
  Rows rows = {rate_row(name, series)};
  if (connections == kMostConnections) {
    rows[0].target = Target::ratio_at_least;
    rows[0].limit = kAcceptTarget;
  }
  for (Row& row : cost_rows(series)) rows.push_back(std::move(row));
  return rows;
}

// The host's front end, over a function that does nothing.
Rows front_rows(Bench& bench, const Server& stock) {
  bench.note("accept: the front end alone");
  const BareServer front(bench, BareServer::Kind::front);
  Deliveries deliveries({});
  const Server server{front.port(), front.pid(), &deliveries};
  warm_up(server, kWarmUp);
  const PairedSeries series = run_paired(bench, {server, stock, kMostConnections, kAccepted});
  Rows rows = {rate_row("the front end alone, 64 connections", series)};
  for (Row& row : cost_rows(series)) rows.push_back(std::move(row));
  return rows;
}

Rows running_rows(Bench& bench) {
  bench.note("accept: while the plugin runs");
  const HostFolder folder(bench.fresh_folder("running"));
  folder.put_plugin(bench.plugin(kNoop));
  BenchHost host(bench, folder);
  Deliveries deliveries({});
  warm_up({host.port(), host.pid(), &deliveries}, kWarmUp);
  std::vector<double> accepted;
  std::vector<double> finished;
  for (int run = 0; run < bench.plan().runs; ++run) {
    const auto before = host.jobs("completed");
    const LoadResult result = run_load({.port = host.port(),
                                        .connections = kMostConnections,
                                        .time = bench.plan().run_time,
                                        .expected = kAccepted},
                                       deliveries);
    accepted.push_back(result.per_second());
    finished.push_back(static_cast<double>(host.jobs("completed") - before) / result.seconds);
  }
  return {{.figure = "accepts while the plugin runs, 64 connections",
           .unit = "/s",
           .median = median(accepted)},
          {.figure = "  jobs run meanwhile", .unit = "/s", .median = median(finished)}};
}

}  // namespace

Rows measure_accept(Bench& bench) {
  const BareServer bare(bench);
  Deliveries deliveries({});
  const Server server{bare.port(), bare.pid(), &deliveries};
  warm_up(server, kWarmUp);
  Rows rows = front_rows(bench, server);
  for (const int connections : kConnections)
    for (Row& row : accept_rows(bench, server, connections)) rows.push_back(std::move(row));
  for (Row& row : running_rows(bench)) rows.push_back(std::move(row));
  return rows;
}

}  // namespace fh::bench
