// Guarded<T>: a value that can only be reached while its lock is held. Copy what you need out of
// the scope; under the lock call nothing back and do no I/O. Safe from any thread.
#pragma once

#include <mutex>
#include <utility>

namespace fh {

template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  /// Calls use(value) with the lock held and returns what it returns.
  template <class Use>
  decltype(auto) with(Use&& use) {
    const std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(value_);
  }
  template <class Use>
  decltype(auto) with(Use&& use) const {
    const std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace fh
