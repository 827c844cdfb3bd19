// What a drain is made of, each part alone and as fast as it goes: round trips of no-op runs to
// workers, and leases and ends of runs in the store.
//
// A worker's slot goes round: it runs a job (one round trip), then ends that run and leases the
// next in one commit, which at best all slots share. With n slots, r round trips a second of n
// workers together, and s jobs a second of a store that ends and leases n in each commit, a slot
// needs n/r for the one and n/s for the other, so n slots finish n / (n/r + n/s) = 1 / (1/r + 1/s)
// a second. Slots that run while others commit can beat this, where the processors are not the
// limit.
#pragma once

#include <chrono>
#include <filesystem>

#include "queue/dispatcher.h"

namespace fh::bench {

/// Copies the store of a host that has stopped.
void copy_store(const std::filesystem::path& from, const std::filesystem::path& to);

/// Leases the plugin's next job in the store, to have a run's real frame; changes the store.
Lease sample_lease(const std::filesystem::path& store, const std::string& plugin);

struct WorkerLoad {
  std::filesystem::path worker;  // the executable
  std::filesystem::path plugin;
  int workers = 1;
  std::chrono::milliseconds time{};
};
/// No-op runs a second of all workers together, each over its own channel.
double round_trips_per_second(const WorkerLoad& load, const Lease& lease);

/// Jobs ended and leased a second when each commit has so many of each; drains the store.
double store_jobs_per_second(const std::filesystem::path& store, const std::string& plugin,
                             int jobs_per_commit);

inline double together(double one, double other) { return 1 / (1 / one + 1 / other); }

}  // namespace fh::bench
