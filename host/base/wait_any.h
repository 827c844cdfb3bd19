// Waiting for several things at once: bytes to read, a child's end, a WakeUp. Each names what is to
// be waited for by its wait_handle().
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "base/unique_handle.h"

namespace fh {

/// Bit i is set when handles[i] is ready; 0 when none was by the deadline, or a signal came before.
/// kNoHandle stands for nothing to wait for. At most 32, one of them at least not kNoHandle.
std::uint32_t wait_any(std::span<const NativeHandle> handles,
                       std::chrono::steady_clock::time_point deadline);

}  // namespace fh
