// A store with a dispatcher, and idle workers that keep what they are given.
#pragma once

#include <condition_variable>

#include "queue/dispatcher.h"
#include "support/store_fixture.h"

namespace fh::test {

// An idle worker that keeps what it is given.
class Worker final : public IdleWorker {
 public:
  void take(Lease lease) override {
    // Under the lock: who waits may be gone as soon as it has its job.
    const std::lock_guard lock(mutex_);
    lease_ = std::move(lease);
    given_.notify_all();
  }
  /// The job it was given; 0 when none came in time.
  std::int64_t job(std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    std::unique_lock lock(mutex_);
    given_.wait_for(lock, patience, [this] { return lease_.has_value(); });
    return lease_ ? lease_->job.id : 0;
  }
  Lease lease() {
    const std::lock_guard lock(mutex_);
    return *lease_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable given_;
  std::optional<Lease> lease_;
};

class DispatcherTest : public StoreTest {
 protected:
  void SetUp() override { open(); }
  void TearDown() override { store_->stop(); }
  void open() {
    store_ = std::make_unique<Store>(folder_ / "store.db", clock_);
    dispatcher_ = std::make_unique<Dispatcher>(*store_);
    store_->set_hook(dispatcher_.get());
    dispatcher_->set_callbacks({[this](const std::string& plugin) {
                                  const std::lock_guard lock(mutex_);
                                  starved_.push_back(plugin);
                                },
                                {}});
    store_->start();
  }
  void offer(Worker& worker, const std::string& plugin = "p") {
    dispatcher_->offer({plugin, "build", Millis(1000), &worker});
    dispatcher_->nudge();
  }
  /// Every callback of the writes so far was made when this returns.
  std::vector<std::string> starved() {
    write([](Transaction&) {});
    write([](Transaction&) {});
    const std::lock_guard lock(mutex_);
    return starved_;
  }

  std::unique_ptr<Dispatcher> dispatcher_;
  std::mutex mutex_;
  std::vector<std::string> starved_;
};

}  // namespace fh::test
