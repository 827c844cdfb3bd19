#include <poll.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/wait_any.h"

namespace fh {
namespace {

int remaining_ms(std::chrono::steady_clock::time_point deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000'000));
}

}  // namespace

std::uint32_t wait_any(std::span<const NativeHandle> handles,
                       std::chrono::steady_clock::time_point deadline) {
  std::array<pollfd, 32> entries;
  CHECK(handles.size() <= entries.size());
  // poll() leaves out descriptors below zero.
  for (std::size_t i = 0; i < handles.size(); ++i) entries[i] = {handles[i], POLLIN, 0};
  if (::poll(entries.data(), handles.size(), remaining_ms(deadline)) <= 0) return 0;
  std::uint32_t ready = 0;
  for (std::size_t i = 0; i < handles.size(); ++i)
    if (entries[i].revents != 0) ready |= 1U << i;
  return ready;
}

}  // namespace fh
