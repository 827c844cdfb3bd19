#include "bench/backlog.h"

#include "bench/drain_ceiling.h"
#include "bench/load_client.h"

namespace fh::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kConnections = 64;

}  // namespace

HostFolder make_backlog(Bench& bench, std::int64_t jobs) {
  const HostFolder folder(bench.fresh_folder("backlog"));
  folder.put_plugin(bench.plugin(kNoop));
  BenchHost host(bench, folder);
  host.take_plugin(kNoop);
  Deliveries deliveries({});
  run_load({.port = host.port(),
            .connections = kConnections,
            .requests = jobs,
            .expected = "\"accepted\""},
           deliveries);
  host.stop();
  return folder;
}

double drain_per_second(Bench& bench, const HostFolder& backlog, const DrainTerms& terms) {
  HostFolder folder(bench.fresh_folder("drain"));
  if (terms.abused) folder.expect_abuse();
  copy_store(backlog.store(), folder.store());
  double seconds = 0;
  {
    BenchHost host(bench, folder);
    if (terms.before) terms.before(host);
    host.add_plugin(bench.plugin(kNoop));
    const auto start = Steady::now();
    if (terms.abused)
      host.wait_runs(kNoop, terms.jobs);
    else
      host.wait_completed(terms.jobs);
    seconds = std::chrono::duration<double>(Steady::now() - start).count();
    host.stop();
  }
  std::filesystem::remove_all(folder.path());
  return static_cast<double>(terms.jobs) / seconds;
}

}  // namespace fh::bench
