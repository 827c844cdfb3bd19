// SourceCounters: what a source's requests came to, as /metrics shows it. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <string>
#include <string_view>

#include "config/verify_config.h"
#include "domain/delivery.h"
#include "ingress/rate_gate.h"
#include "ingress/verdict.h"

namespace fh {

/// What a request to the source came to.
enum class Reception {
  accepted,
  duplicate,
  ignored,
  unauthorized,
  unreadable,
  limited,
  unavailable,
  retired,
  malformed
};
inline constexpr std::size_t kReceptions = static_cast<std::size_t>(Reception::malformed) + 1;
std::string_view name_of(Reception reception);
Reception reception_of(DeliveryStatus status);

struct SourceCounters {
  explicit SourceCounters(const VerifyConfig& verify) {
    for (const Secret& secret : verify.secrets) verified[secret.name] = 0;
  }

  // These only rise.
  std::map<std::string, std::atomic<std::uint64_t>> verified;  // by the secret that proved it
  std::array<std::atomic<std::uint64_t>, kReceptions> receptions{};
  std::array<std::atomic<std::uint64_t>, kRefusalCauses> unauthorized{};  // by RefusalCause

  std::atomic<std::int64_t> last_delivery_ms{0};  // 0: none yet
  std::atomic<bool> silent{false};                // longer than expect_event_every

  RateGate unmapped_lines{RateLimit{1, std::chrono::minutes(1)}};  // of the log
  std::atomic<int> untold_unmapped{0};                             // since the last of them
};

}  // namespace fh
