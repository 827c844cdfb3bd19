// AnswerCounts: how often a port gave each status, whoever asked for what: the one place where
// requests that are of no source show, too. Counters only rise. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>

namespace fh {

class AnswerCounts {
 public:
  void add(int status) {
    const auto place = static_cast<std::size_t>(status - kLeast);
    if (place < counts_.size()) counts_[place].fetch_add(1, std::memory_order_relaxed);
  }
  /// By status, those that were given at least once.
  std::map<int, std::uint64_t> all() const {
    std::map<int, std::uint64_t> given;
    for (std::size_t i = 0; i < counts_.size(); ++i)
      if (const std::uint64_t count = counts_[i]; count > 0)
        given[static_cast<int>(i) + kLeast] = count;
    return given;
  }

 private:
  static constexpr int kLeast = 200;  // up to 599
  std::array<std::atomic<std::uint64_t>, 400> counts_{};
};

}  // namespace fh
