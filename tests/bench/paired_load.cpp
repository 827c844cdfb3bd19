#include "bench/paired_load.h"

#include "bench/process_stats.h"
#include "bench/series.h"

namespace fh::bench {
namespace {

constexpr int kWarmUpConnections = 32;
// In the ceiling's answers too.
constexpr const char* kAnyAnswer = "\"status\":";

void run_once(const Server& server, const LoadTerms& terms, LoadSeries& series) {
  const auto before = cpu_time(server.pid);
  const LoadResult result = run_load(terms, *server.deliveries);
  const auto spent = std::chrono::duration<double, std::micro>(cpu_time(server.pid) - before);
  series.per_second.push_back(result.per_second());
  series.p50_ms.push_back(result.latency_ms(0.50));
  series.p99_ms.push_back(result.latency_ms(0.99));
  series.cpu_us.push_back(spent.count() / static_cast<double>(result.answered));
}

Row row_of(const std::string& figure, const std::string& unit, const std::vector<double>& values,
           const std::vector<double>& ceilings) {
  return {.figure = figure,
          .unit = unit,
          .median = median(values),
          .ceiling = median(ceilings),
          .ratio = median_ratio(values, ceilings)};
}

}  // namespace

PairedSeries run_paired(const Bench& bench, const PairedTerms& terms) {
  PairedSeries series;
  const LoadTerms measured{.port = terms.measured.port,
                           .connections = terms.connections,
                           .time = bench.plan().run_time,
                           .expected = terms.expected};
  LoadTerms ceiling = measured;
  ceiling.port = terms.ceiling.port;
  ceiling.expected = kAnyAnswer;
  for (int run = 0; run < bench.plan().runs; ++run) {
    run_once(terms.ceiling, ceiling, series.ceiling);
    run_once(terms.measured, measured, series.measured);
  }
  return series;
}

void warm_up(const Server& server, std::int64_t requests) {
  run_load({.port = server.port,
            .connections = kWarmUpConnections,
            .requests = requests,
            .expected = kAnyAnswer},
           *server.deliveries);
}

Row rate_row(const std::string& figure, const PairedSeries& series) {
  return row_of(figure, "/s", series.measured.per_second, series.ceiling.per_second);
}

Rows cost_rows(const PairedSeries& series) {
  return {
      row_of("  latency p50", "ms", series.measured.p50_ms, series.ceiling.p50_ms),
      row_of("  latency p99", "ms", series.measured.p99_ms, series.ceiling.p99_ms),
      row_of("  server's CPU per request", "us", series.measured.cpu_us, series.ceiling.cpu_us)};
}

}  // namespace fh::bench
