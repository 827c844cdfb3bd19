// The fieldhook_host table: the C functions that a plugin calls, over a HostLink. Texts are held to
// stated limits here, so that a plugin cannot make a frame the wire refuses. Any thread.
#pragma once

#include <fieldhook/abi.h>

#include <cstdint>

#include "worker/host_link.h"

namespace fh {

constexpr std::size_t kMaxLogText = 16U << 10U;     // longer ones are cut; reasons too
constexpr std::size_t kMaxResultText = 64U << 10U;  // of a scope or a run
constexpr std::size_t kMaxCallText = 1U << 20U;     // any other key or payload

/// Called once, before any plugin code runs; the link must live until the process ends.
[[nodiscard]] const fieldhook_host& host_table(HostLink& link);

/// The plugin's handle on a run. It is the number itself, no address: it stays harmless for ever.
[[nodiscard]] inline fieldhook_run* handle_of(std::uint64_t run) {
  return reinterpret_cast<fieldhook_run*>(static_cast<std::uintptr_t>(run));
}
[[nodiscard]] inline std::uint64_t number_of(fieldhook_run* run) {
  return reinterpret_cast<std::uintptr_t>(run);
}

}  // namespace fh
