// Bench: what every figure is measured with: how long and how often, where the executables and the
// bench's plugins are, and a folder of its own on their file system, gone at the end. A figure is a
// function from a Bench to its rows. One thread only.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/table.h"

namespace fh::bench {

struct Plan {
  int runs = 7;  // of which the median counts
  std::chrono::milliseconds run_time{2'000};
  std::int64_t drained_jobs = 20'000;
  std::chrono::seconds latency_time{20};
  std::chrono::seconds crowd_time{30};  // with a crowd, and without; longer than a request may take
  std::int64_t loaded_deliveries = 20'000;  // before memory is looked at again
  std::int64_t finished_jobs = 100'000;
  std::int64_t deep_finished = 1'000'000;  // a store that has seen much, and has much to do
  std::int64_t deep_scheduled = 500'000;
  std::int64_t deep_ready = 100'000;
  int depth_samples = 4'000;
  std::int64_t recovered_jobs = 100'000;     // open when the host is killed
  std::vector<std::string> neighbours = {};  // texts of the kinds to measure beside; none: all
};

/// A plan for a look in a minute, too short to rely on.
Plan quick_plan();

class Bench {
 public:
  /// Finds everything from the place of this executable, build/bin. Throws HostError.
  explicit Bench(Plan plan);
  ~Bench();
  Bench(const Bench&) = delete;

  const Plan& plan() const { return plan_; }
  std::filesystem::path executable(const std::string& name) const { return build_ / "bin" / name; }
  std::filesystem::path plugin(const std::string& name) const {
    return build_ / "bench-plugins" / (name + ".so");
  }
  /// The bench's folder; everything in it goes with the Bench.
  const std::filesystem::path& folder() const { return folder_; }
  /// A new, empty folder in it.
  std::filesystem::path fresh_folder(const std::string& name);
  /// Says on standard error what is being measured.
  void note(const std::string& what) const;

 private:
  const Plan plan_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::filesystem::path build_;
  std::filesystem::path folder_;
  int folders_ = 0;
};

using Rows = std::vector<Row>;

Rows measure_accept(Bench& bench);
Rows measure_ignored(Bench& bench);
Rows measure_drain(Bench& bench);
Rows measure_latency(Bench& bench);
Rows measure_watches(Bench& bench);
Rows measure_memory(Bench& bench);
Rows measure_start(Bench& bench);
Rows measure_depth(Bench& bench);
Rows measure_recovery(Bench& bench);
Rows measure_neighbour(Bench& bench);
Rows measure_crowd(Bench& bench);
Rows measure_disk(Bench& bench);

}  // namespace fh::bench
