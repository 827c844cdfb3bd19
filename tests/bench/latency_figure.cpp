// From a delivery's sending to the start of its job in the plugin, under a light load: fifty a
// second, each of another record. The least it can take is one commit and one round trip.
#include <fstream>
#include <map>
#include <thread>

#include "bench/bench_host.h"
#include "bench/deliveries.h"
#include "bench/http_connection.h"
#include "bench/series.h"

namespace fh::bench {
namespace {

constexpr std::chrono::milliseconds kBetween(20);
constexpr double kTargetMs = 2;

using Nanos = std::chrono::nanoseconds;

// On the clock that the plugin reads too.
Nanos now() { return std::chrono::system_clock::now().time_since_epoch(); }

std::map<std::string, Nanos> read_starts(const std::filesystem::path& file) {
  std::map<std::string, Nanos> starts;
  std::ifstream lines(file);
  std::string record;
  for (std::int64_t at = 0; lines >> record >> at;) starts.emplace(record, at);
  return starts;
}

double ms(Nanos time) { return std::chrono::duration<double, std::milli>(time).count(); }

Row row_of(const std::string& figure, const std::vector<double>& values, double share) {
  return {.figure = figure, .unit = "ms", .median = percentile(values, share)};
}

}  // namespace

Rows measure_latency(Bench& bench) {
  bench.note("latency: 50 deliveries a second");
  HostFolder folder(bench.fresh_folder("latency"));
  folder.note_starts();
  folder.put_plugin(bench.plugin(kNoop));
  BenchHost host(bench, folder);
  const auto count = bench.plan().latency_time / kBetween;
  constexpr std::int64_t kUncounted = 10;  // until the workers stand
  Deliveries deliveries({.records = count + kUncounted});
  HttpConnection connection(host.port());
  std::map<std::string, Nanos> sent;
  std::vector<double> answers;
  auto next = std::chrono::steady_clock::now();
  for (std::int64_t i = 0; i < count + kUncounted; ++i) {
    std::this_thread::sleep_until(next += kBetween);
    const std::string_view request = deliveries.next();
    const Nanos at = now();
    connection.exchange(request);
    if (i < kUncounted) continue;
    answers.push_back(ms(now() - at));
    sent[deliveries.record()] = at;
  }
  host.wait_completed(count + kUncounted);
  host.stop();
  const auto started = read_starts(folder.starts());
  std::vector<double> starts;
  for (const auto& [record, at] : sent) starts.push_back(ms(started.at(record) - at));
  Row p50 = row_of("receive to start at 50/s, p50", starts, 0.50);
  p50.target = Target::value_below;
  p50.limit = kTargetMs;
  return {p50, row_of("  p99", starts, 0.99), row_of("  receive to answer, p50", answers, 0.50),
          row_of("  receive to answer, p99", answers, 0.99)};
}

}  // namespace fh::bench
