// The load generator: one thread, many keep-alive connections, a request in flight on each, the
// next sent as soon as the answer is in. It takes few cycles, and the same for every server,
// because on a small machine what it takes is missing to the server it measures.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/deliveries.h"

namespace fh::bench {

struct LoadTerms {
  std::uint16_t port = 0;
  int connections = 1;
  std::chrono::milliseconds time{};  // how long new requests are sent; zero: until `requests`
  std::int64_t requests = 0;
  std::string expected;  // a part that every answer's body must have
};

struct LoadResult {
  std::int64_t answered = 0;  // within the time
  double seconds = 0;
  std::vector<std::uint32_t> latencies_ns;

  double per_second() const { return static_cast<double>(answered) / seconds; }
  double latency_ms(double share) const;
};

/// Throws HostError at the first answer that is not 200 with the expected text.
LoadResult run_load(const LoadTerms& terms, Deliveries& deliveries);

}  // namespace fh::bench
