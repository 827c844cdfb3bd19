// How often a second the disk makes 1.5 KB durable, one after the other. No server that answers one
// request at a time can be faster. Once as the machine is, and once with its processors awake.
#include "bench/awake.h"
#include "bench/bench.h"
#include "bench/disk.h"
#include "bench/series.h"

namespace fh::bench {
namespace {

Row sync_row(Bench& bench, const std::string& figure, DiskWrite kind) {
  const auto file = bench.fresh_folder("disk") / "file";
  std::vector<double> rates;
  for (int run = 0; run < bench.plan().runs; ++run)
    rates.push_back(syncs_per_second(file, kind, bench.plan().run_time / 4));
  std::filesystem::remove(file);
  return {.figure = figure, .unit = "/s", .median = median(rates)};
}

}  // namespace

Rows measure_disk(Bench& bench) {
  bench.note("disk");
  Rows rows = {sync_row(bench, "append 1.5 KB + fdatasync", DiskWrite::append),
               sync_row(bench, "overwrite 1.5 KB + fdatasync", DiskWrite::overwrite)};
  const Awake awake;
  if (awake.ok())
    rows.push_back(sync_row(bench, "  with the processors kept awake", DiskWrite::overwrite));
  return rows;
}

}  // namespace fh::bench
