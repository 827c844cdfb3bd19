// From spawning the host to its ready line, with a new store and with one full of finished jobs.
#include "bench/bench_host.h"
#include "bench/deliveries.h"
#include "bench/series.h"
#include "store/store.h"

namespace fh::bench {
namespace {

constexpr std::int64_t kRecords = 5'000;
constexpr std::int64_t kJobsPerCommit = 500;
constexpr std::size_t kBytes = 1536;

void insert_finished(Transaction& tx, std::int64_t number, const std::string& text) {
  const StoredRecord record = tx.records.resolve(
      "insites", RecordType::contact, {.uuid = "", .id = std::to_string(number % kRecords)});
  NewDelivery delivery;
  delivery.id = number;
  delivery.source = "bench";
  delivery.status = "accepted";
  delivery.received_at = tx.now;
  delivery.jobs = 1;
  delivery.head = "[]";
  delivery.body = text;
  tx.deliveries.insert(delivery);
  NewEvent event;
  event.delivery = number;
  event.record = record.id;
  event.kind = "updated";
  event.mode = "changes_with_snapshot";
  event.changes = "{}";
  event.snapshot = text;
  NewJob job;
  job.plugin = kNoop;
  job.record = record.id;
  job.event = tx.deliveries.insert(event);
  job.delivery = number;
  job.created_at = job.run_at = tx.now;
  tx.jobs.insert(job);
  const auto leased = tx.jobs.lease_next(kNoop, {tx.host_run, "bench", tx.now, tx.now});
  JobTransition done;
  done.state = JobState::completed;
  done.run_at = tx.now;
  CHECK(leased && tx.jobs.end_run(*leased, Outcome{}, done, tx.now));
}

void fill_store(const std::filesystem::path& path, std::int64_t jobs) {
  const SystemClock clock;
  Store store(path.string(), clock);
  store.start();
  const std::string text = "\"" + std::string(kBytes, 'x') + "\"";
  for (std::int64_t first = 1; first <= jobs; first += kJobsPerCommit)
    store.write([&](Transaction& tx) {
      for (std::int64_t i = first; i < first + kJobsPerCommit; ++i) insert_finished(tx, i, text);
    });
}

double start_ms(Bench& bench, const HostFolder& folder) {
  BenchHost host(bench, folder);
  host.stop();
  return host.time_to_ready().count();
}

}  // namespace

Rows measure_start(Bench& bench) {
  const std::int64_t jobs = bench.plan().finished_jobs;
  bench.note("start: making " + std::to_string(jobs) + " finished jobs");
  const HostFolder full(bench.fresh_folder("full"));
  full.put_plugin(bench.plugin(kNoop));
  fill_store(full.store(), jobs);
  std::vector<double> with_empty;
  std::vector<double> with_full;
  for (int run = 0; run < bench.plan().runs; ++run) {
    const HostFolder empty(bench.fresh_folder("empty"));
    empty.put_plugin(bench.plugin(kNoop));
    with_empty.push_back(start_ms(bench, empty));
    with_full.push_back(start_ms(bench, full));
  }
  return {{.figure = "start to ready, new store", .unit = "ms", .median = median(with_empty)},
          {.figure = "start to ready, " + std::to_string(jobs) + " finished jobs",
           .unit = "ms",
           .median = median(with_full),
           .ceiling = median(with_empty),
           .ratio = median_ratio(with_full, with_empty)}};
}

}  // namespace fh::bench
