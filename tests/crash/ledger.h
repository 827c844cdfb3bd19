// Ledger: what senders were told. Each sender has records of its own and posts their values in
// order, 1, 2, 3 and so on, over whatever port the host has now. A value that got no answer is sent
// again, the same bytes, until it is answered 200, as a CRM would; so every value that is in the
// ledger must have exactly one job.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace fh::test {

/// What the sender was told of one value of one record.
struct Entry {
  std::string record;
  int value = 0;
  std::int64_t delivery = 0;  // the one that was accepted
};

class Ledger {
 public:
  explicit Ledger(int senders);
  /// Gives up what is not answered yet.
  ~Ledger();

  /// Where the host listens from now on.
  void set_port(std::uint16_t port) { port_ = port; }
  /// Waits until every sender was answered. The host must be up.
  void stop();

  std::size_t count() const { return count_; }
  /// Deliveries that were sent more than once until they were answered.
  int sent_again() const { return sent_again_; }
  // After stop():
  const std::vector<Entry>& entries() const { return entries_; }
  /// Answers that nobody should have got.
  const std::vector<std::string>& surprises() const { return surprises_; }

 private:
  void work(int sender);
  void send_until_answered(Entry entry);

  std::atomic<std::uint16_t> port_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> given_up_{false};
  std::atomic<std::size_t> count_{0};
  std::atomic<int> sent_again_{0};
  std::mutex mutex_;
  std::vector<Entry> entries_;          // guarded by mutex_
  std::vector<std::string> surprises_;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace fh::test
