#include "bench/filled_store.h"

#include <functional>

#include "bench/bench_host.h"

namespace fh::bench {
namespace {

constexpr std::int64_t kJobsPerCommit = 500;

void finish(Transaction& tx) {
  const auto leased = tx.jobs.lease_next(kNoop, {tx.host_run, "bench", tx.now, tx.now});
  JobTransition done;
  done.state = JobState::completed;
  done.run_at = tx.now;
  CHECK(leased && tx.jobs.end_run(*leased, Outcome{}, done, tx.now));
}

}  // namespace

std::int64_t insert_job(Transaction& tx, std::int64_t number, const std::string& text,
                        Millis delay) {
  const StoredRecord record = tx.records.resolve("insites", RecordType::contact,
                                                 {.uuid = "", .id = std::to_string(number)});
  NewDelivery delivery;
  delivery.id = number;
  delivery.source = "bench";
  delivery.status = DeliveryStatus::accepted;
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
  job.created_at = tx.now;
  job.run_at = tx.now + delay;
  return tx.jobs.insert(job);
}

void fill_store(const std::filesystem::path& path, const Filling& filling) {
  const SystemClock clock;
  Store store(path.string(), clock);
  store.start();
  const std::string text = "\"" + std::string(filling.text_bytes, 'x') + "\"";
  std::int64_t number = 0;
  const auto fill = [&](std::int64_t jobs, const std::function<void(Transaction&)>& insert) {
    for (std::int64_t left = jobs; left > 0; left -= kJobsPerCommit)
      store.write([&](Transaction& tx) {
        for (std::int64_t i = std::min(left, kJobsPerCommit); i > 0; --i) insert(tx);
      });
  };
  // An operation may run twice; numbers that were skipped are missed by nobody.
  fill(filling.finished, [&](Transaction& tx) {
    insert_job(tx, ++number, text);
    finish(tx);
  });
  fill(filling.scheduled,
       [&](Transaction& tx) { insert_job(tx, ++number, text, std::chrono::hours(24)); });
  fill(filling.ready, [&](Transaction& tx) { insert_job(tx, ++number, text); });
}

}  // namespace fh::bench
