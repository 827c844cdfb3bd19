// What a plugin that misbehaves costs another one: a backlog of no-op jobs is drained beside it,
// and without it, in turns.
#include <algorithm>
#include <thread>

#include "bench/backlog.h"
#include "bench/deliveries.h"
#include "bench/http_connection.h"
#include "bench/series.h"

namespace fh::bench {
namespace {

constexpr double kTarget = 0.9;

struct Kind {
  const char* value;  // that the plugin does it for
  const char* what;
  int jobs;  // so many that it goes on all the while
};

constexpr Kind kKinds[] = {
    {"segfault", "segfaults", 100},
    {"abort...", "aborts", 100},
    {"overflow", "stack overflows", 100},
    {"exit-0..", "exit(0)", 100},
    {"spinning", "infinite loops", kAbuseSlots},
    {"fork-200", "200 forks", 4},
    {"children", "children that keep the channel", 20},
    {"memory..", "memory hogs", 40},
    {"descript", "descriptor leaks", 40},
    {"printing", "a gigabyte on stdout", 8},
    {"detached", "detached threads that spin", kAbuseSlots},
    {"destruct", "slow destructors", 100},
};

// Until whoever keeps a processor busy is known to.
constexpr std::chrono::seconds kUnderWay(3);

void abuse(Bench& bench, BenchHost& host, const Kind& kind) {
  host.add_plugin(bench.plugin(kAbuse));
  HttpConnection connection(host.port());
  // Records that nobody else has.
  Deliveries deliveries(
      {.field = "abuse", .values = {kind.value}, .records = 1'000'000, .first = 500'000});
  for (int i = 0; i < kind.jobs; ++i)
    if (connection.exchange(deliveries.next()).body.find("\"accepted\"") == std::string_view::npos)
      throw HostError("bench: abuse was not accepted");
  std::this_thread::sleep_for(kUnderWay);
}

bool is_wanted(const Kind& kind, const std::vector<std::string>& texts) {
  return texts.empty() || std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
           return std::string_view(kind.what).find(text) != std::string_view::npos;
         });
}

Row row_of(const Kind& kind, const std::vector<double>& beside, const std::vector<double>& alone) {
  return {.figure = std::string("drain beside ") + kind.what,
          .unit = "/s",
          .median = median(beside),
          .ceiling = median(alone),
          .ratio = median_ratio(beside, alone),
          .target = Target::ratio_at_least,
          .limit = kTarget};
}

}  // namespace

Rows measure_neighbour(Bench& bench) {
  const std::int64_t jobs = bench.plan().drained_jobs;
  bench.note("neighbour: making " + std::to_string(jobs) + " jobs");
  const HostFolder backlog = make_backlog(bench, jobs);
  Rows rows;
  for (const Kind& kind : kKinds) {
    if (!is_wanted(kind, bench.plan().neighbours)) continue;
    bench.note(std::string("neighbour: ") + kind.what);
    std::vector<double> beside, alone;
    for (int run = 0; run < bench.plan().runs; ++run) {
      alone.push_back(drain_per_second(
          bench, backlog, {.jobs = jobs, .abused = true, .before = [&](BenchHost& host) {
                             host.add_plugin(bench.plugin(kAbuse));
                           }}));
      beside.push_back(drain_per_second(
          bench, backlog, {.jobs = jobs, .abused = true, .before = [&](BenchHost& host) {
                             abuse(bench, host, kind);
                           }}));
    }
    rows.push_back(row_of(kind, beside, alone));
  }
  return rows;
}

}  // namespace fh::bench
