// A real store in a folder of its own, with a clock that stands still, and short ways to put a job
// in and move it along.
#pragma once

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <gtest/gtest.h>

#include "queue/finish.h"
#include "store/store.h"
#include "store/views.h"
#include "support/temp_folder.h"

namespace fh::test {

inline constexpr RetentionTerms kKeepLong{.age = std::chrono::hours(24 * 30),
                                          .dead = std::chrono::hours(24 * 180)};

class StoreTest : public testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    store_ = std::make_unique<Store>(folder_ / "store.db", clock_);
    store_->start();
  }
  /// Closes the store and opens the file again, as another host would.
  void reopen() {
    store_->stop();
    open();
  }

  template <class Op>
  auto write(Op&& op) {
    return store_->write(std::forward<Op>(op));
  }

  /// Past the store, as damage or a person would.
  void change_file(const std::string& sql) {
    Poco::Data::Session session("SQLite", (folder_ / "store.db").string());
    session << sql, Poco::Data::Keywords::now;
  }

  std::int64_t record(const std::string& id) {
    return write([&](Transaction& tx) {
      return tx.records.resolve("crm", RecordType::contact, {"", id}).id;
    });
  }

  NewJob new_job(std::int64_t record, const std::string& plugin = "p") {
    NewJob job;
    job.plugin = plugin;
    job.record = record;
    job.backlog = 1000;
    job.created_at = job.run_at = clock_.now();
    const std::int64_t delivery = store_->new_delivery_id();
    job.delivery = delivery;
    job.event = write([&](Transaction& tx) {
      NewDelivery stored;
      stored.id = delivery;
      stored.source = "s";
      stored.status = DeliveryStatus::accepted;
      stored.received_at = tx.now;
      stored.head = "[]";
      tx.deliveries.insert(stored);
      NewEvent event;
      event.delivery = delivery;
      event.record = record;
      event.changes = "{}";
      event.snapshot = "{}";
      return tx.deliveries.insert(event);
    });
    return job;
  }

  std::int64_t add_job(std::int64_t record, const std::string& plugin = "p") {
    const NewJob job = new_job(record, plugin);
    return write([&](Transaction& tx) { return tx.jobs.insert(job); });
  }

  std::optional<JobRow> lease(const std::string& plugin = "p") {
    return write([&](Transaction& tx) {
      return tx.jobs.lease_next(plugin, {tx.host_run, "build", tx.now, tx.now + Millis(60'000)});
    });
  }

  std::optional<JobTransition> finish(const JobRow& job, Outcome outcome) {
    RunEnd end{.job = job.id, .lease = job.lease, .outcome = std::move(outcome)};
    end.backoff = {Millis(1000), Millis(1000)};
    return write([&](Transaction& tx) { return finish_run(tx, end); });
  }

  std::string state_of(std::int64_t job) {
    const auto view = Views(store_->reader()).job(job);
    return view ? view->state : "";
  }

  /// Tallies must always be what counting would give.
  void expect_tallies_hold() {
    Views views(store_->reader());
    std::map<std::string, std::map<std::string, std::int64_t>> counted;
    JobFilter all;
    all.limit = kMaxListed;
    for (const JobView& job : views.jobs(all)) ++counted[job.plugin][job.state];
    auto tallies = views.tallies();
    for (auto& [plugin, states] : tallies)
      std::erase_if(states, [](const auto& state) { return state.second == 0; });
    std::erase_if(tallies, [](const auto& plugin) { return plugin.second.empty(); });
    EXPECT_EQ(tallies, counted);
  }

  TempFolder folder_;
  ManualClock clock_{from_ms(1'700'000'000'000)};
  std::unique_ptr<Store> store_;
};

}  // namespace fh::test
