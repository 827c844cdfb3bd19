// HandlerThreads: a few threads that do what they are given, in order of arrival.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace fh {

class HandlerThreads {
 public:
  explicit HandlerThreads(std::size_t count);
  /// Does what was still waiting, then ends.
  ~HandlerThreads();
  /// What the work throws is logged, and whatever waits for it waits on. Any thread.
  void add(std::function<void()> work);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;  // guarded by mutex_
  bool ending_ = false;                        // guarded by mutex_
  std::vector<std::jthread> threads_;
};

}  // namespace fh
