// What a crowd of slow connections costs an honest sender: fifty deliveries a second on one
// keep-alive connection, alone, and then while a thousand others drip requests that never end.
#include <memory>
#include <thread>

#include "bench/bench_host.h"
#include "bench/crowd.h"
#include "bench/deliveries.h"
#include "bench/http_connection.h"
#include "bench/series.h"

namespace fh::bench {
namespace {

using Steady = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::chrono::milliseconds kBetween(20);
constexpr double kTargetMs = 100;
constexpr int kUncounted = 50;

class Honest {
 public:
  explicit Honest(std::uint16_t port) : connection_(port) {}

  /// How long each answer took, in ms. Throws HostError unless every delivery is accepted.
  std::vector<double> send(std::int64_t deliveries) {
    std::vector<double> took;
    auto next = Steady::now();
    for (std::int64_t i = 0; i < deliveries; ++i) {
      std::this_thread::sleep_until(next += kBetween);
      const std::string_view request = deliveries_.next();
      const auto sent = Steady::now();
      const HttpAnswer answer = connection_.exchange(request);
      took.push_back(Milliseconds(Steady::now() - sent).count());
      if (answer.status != 200 || answer.body.find("\"accepted\"") == std::string_view::npos)
        throw HostError("bench: an honest delivery was answered " + std::to_string(answer.status) +
                        " " + std::string(answer.body));
    }
    return took;
  }

 private:
  Deliveries deliveries_{{}};
  HttpConnection connection_;
};

Row row_of(const std::string& figure, double share, const std::vector<double>& beside,
           const std::vector<double>& alone) {
  const double value = percentile(beside, share);
  const double ceiling = percentile(alone, share);
  return {.figure = figure,
          .unit = "ms",
          .median = value,
          .ceiling = ceiling,
          .ratio = value / ceiling};
}

}  // namespace

Rows measure_crowd(Bench& bench) {
  const HostFolder folder(bench.fresh_folder("crowd"));
  folder.put_plugin(bench.plugin(kNoop));
  BenchHost host(bench, folder);
  host.take_plugin(kNoop);
  Honest honest(host.port());
  honest.send(kUncounted);
  const auto count = bench.plan().crowd_time / kBetween;
  bench.note("crowd: the honest sender alone");
  const std::vector<double> alone = honest.send(count);
  bench.note("crowd: beside " + std::to_string(Crowd::kConnections) + " slow connections");
  auto crowd = std::make_unique<Crowd>(host.port());
  std::this_thread::sleep_for(Crowd::kBetweenBytes);
  const std::vector<double> beside = honest.send(count);
  const std::size_t reopened = crowd->reopened();
  crowd.reset();
  if (reopened < Crowd::kConnections)
    throw HostError("bench: only " + std::to_string(reopened) +
                    " of the crowd met the request deadline and came again");
  host.stop();
  Row most = row_of("  max", 1, beside, alone);
  most.target = Target::value_below;
  most.limit = kTargetMs;
  return {row_of("answer beside a crowd, p50", 0.50, beside, alone),
          row_of("  p99", 0.99, beside, alone),
          most,
          {.figure = "  slow ones closed, and there again",
           .unit = "",
           .median = static_cast<double>(reopened)}};
}

}  // namespace fh::bench
