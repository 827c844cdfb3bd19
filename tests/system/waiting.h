// The one place where a system test waits: for a condition, with a deadline.
#pragma once

#include <chrono>
#include <thread>

namespace fh::test {

using namespace std::chrono_literals;

/// Long enough for a loaded machine and a sanitizer; only a failing test waits this long.
inline constexpr std::chrono::seconds kPatience{30};

/// Asks until it holds; false when it did not within that time.
template <class Holds>
[[nodiscard]] bool eventually(std::chrono::milliseconds within, Holds&& holds) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(3ms);
  }
  return true;
}

}  // namespace fh::test
