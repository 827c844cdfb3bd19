// PairedLoad: the same load on two servers in turn, again and again, so that what else happens on
// the machine meets both alike.
#pragma once

#include "bench/bench.h"
#include "bench/deliveries.h"
#include "bench/load_client.h"

namespace fh::bench {

struct Server {
  std::uint16_t port = 0;
  pid_t pid = 0;
  Deliveries* deliveries = nullptr;  // outlives the load; a server's own, so that none comes twice
};

/// One value per run.
struct LoadSeries {
  std::vector<double> per_second;
  std::vector<double> p50_ms;
  std::vector<double> p99_ms;
  std::vector<double> cpu_us;  // of the server, per request
};

struct PairedSeries {
  LoadSeries measured;
  LoadSeries ceiling;
};

struct PairedTerms {
  Server measured;
  Server ceiling;
  int connections = 1;
  std::string expected;  // in the measured server's answers
};

PairedSeries run_paired(const Bench& bench, const PairedTerms& terms);

/// Enough requests for every record to be known, on many connections.
void warm_up(const Server& server, std::int64_t requests);

/// The rate against the ceiling's.
Row rate_row(const std::string& figure, const PairedSeries& series);
/// Latencies and processor time against the ceiling's, without a target.
Rows cost_rows(const PairedSeries& series);

}  // namespace fh::bench
