// What a delivery costs when ten watches wait for values of its field, and when ten thousand do:
// two hosts under the same load in turn. Each delivery meets one watch and makes one job. The
// figure is the cost: the rate with ten over the rate with ten thousand.
#include "bench/bench_host.h"
#include "bench/paired_load.h"
#include "bench/series.h"

namespace fh::bench {
namespace {

constexpr int kConnections = 16;
constexpr int kManyPlugins = 10;  // of a thousand watches each
constexpr double kWatchesTarget = 1.1;
constexpr std::int64_t kWarmUp = 8'000;

// The values of the few watches, which are among those of the many.
std::vector<std::string> met_values() {
  std::vector<std::string> values;
  for (int i = 0; i < 10; ++i) values.push_back("v00-000" + std::to_string(i));
  return values;
}

std::unique_ptr<BenchHost> host_with(Bench& bench, const std::vector<std::string>& plugins) {
  const HostFolder folder(bench.fresh_folder("watches"));
  for (const std::string& plugin : plugins) folder.put_plugin(bench.plugin(plugin));
  auto host = std::make_unique<BenchHost>(bench, folder);
  for (const std::string& plugin : plugins) host->take_plugin(plugin);
  return host;
}

}  // namespace

Rows measure_watches(Bench& bench) {
  bench.note("watches");
  std::vector<std::string> many_plugins;
  for (int i = 0; i < kManyPlugins; ++i)
    many_plugins.push_back("bench-watches-" + std::to_string(i));
  const auto few = host_with(bench, {"bench-few-watches"});
  const auto many = host_with(bench, many_plugins);
  Deliveries few_deliveries({.values = met_values()});
  Deliveries many_deliveries({.values = met_values()});
  const Server few_server{few->port(), few->pid(), &few_deliveries};
  const Server many_server{many->port(), many->pid(), &many_deliveries};
  warm_up(few_server, kWarmUp);
  warm_up(many_server, kWarmUp);
  const PairedSeries series =
      run_paired(bench, {many_server, few_server, kConnections, "\"accepted\""});
  const auto& with_many = series.measured;
  const auto& with_few = series.ceiling;
  few->stop();
  many->stop();
  return {{.figure = "accepts with 10,000 watches on a field, and with 10",
           .unit = "/s",
           .median = median(with_many.per_second),
           .ceiling = median(with_few.per_second),
           .ratio = median_ratio(with_few.per_second, with_many.per_second),
           .target = Target::ratio_at_most,
           .limit = kWatchesTarget},
          {.figure = "  host's CPU per delivery",
           .unit = "us",
           .median = median(with_many.cpu_us),
           .ceiling = median(with_few.cpu_us),
           .ratio = median_ratio(with_many.cpu_us, with_few.cpu_us)}};
}

}  // namespace fh::bench
