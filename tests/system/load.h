// Load: senders that post contact updates at once, each over its own connection, until told to stop
// or until nobody answers, and that keep a ledger of what was accepted.
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "system/host_process.h"

namespace fh::test {

class Load {
 public:
  /// `value` is what the field changes to; every body is another.
  Load(const HostProcess& host, int senders, std::string value) : value_(std::move(value)) {
    for (int i = 0; i < senders; ++i)
      threads_.emplace_back([this, i, client = host.ingest()]() mutable { work(i, client); });
  }
  ~Load() { stop(); }

  /// Ends and waits for all; any number of times.
  void stop() {
    stopping_ = true;
    for (std::thread& thread : threads_)
      if (thread.joinable()) thread.join();
  }
  /// Waits for the senders to find that nobody answers any more.
  void wait_for_silence() {
    for (std::thread& thread : threads_) thread.join();
  }

  std::size_t count() const { return count_; }
  /// Every delivery that was answered 200. After stop() or wait_for_silence().
  const std::set<std::int64_t>& accepted() const { return accepted_; }
  const std::vector<std::string>& surprises() const { return surprises_; }

 private:
  void work(int sender, HttpClient& client) {
    for (int i = 0; !stopping_ && count_ < kMost; ++i) {
      const std::string record = "c-" + std::to_string(sender) + "-" + std::to_string(i % 5);
      const auto reply =
          client.try_call(HostProcess::sign(contact_update(record, value_, std::to_string(i))));
      if (!reply) return;
      const std::lock_guard lock(mutex_);
      if (reply->status != 200 || reply->json()["status"] != "accepted") {
        surprises_.push_back(std::to_string(reply->status) + " " + reply->body);
        continue;
      }
      accepted_.insert(reply->json()["delivery"].get<std::int64_t>());
      ++count_;
    }
  }

  // What one call of the API lists.
  static constexpr std::size_t kMost = 900;

  const std::string value_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  std::set<std::int64_t> accepted_;
  std::vector<std::string> surprises_;
  std::vector<std::thread> threads_;
};

/// Waits until every delivery's job is completed; throws with the first that is not.
inline void expect_all_completed(HostProcess& host, const std::set<std::int64_t>& deliveries) {
  std::string missing;
  const bool all = eventually(kPatience, [&] {
    std::set<std::int64_t> completed;
    const Json jobs = host.api("jobs?limit=1000");
    for (const Json& job : jobs)
      if (job["state"] == "completed") completed.insert(job["delivery"].get<std::int64_t>());
    for (const std::int64_t delivery : deliveries) {
      if (completed.contains(delivery)) continue;
      missing = "delivery " + std::to_string(delivery) + ": " +
                host.api("jobs?delivery=" + std::to_string(delivery)).dump();
      return false;
    }
    return true;
  });
  if (!all) throw std::runtime_error("not completed: " + missing);
}

}  // namespace fh::test
