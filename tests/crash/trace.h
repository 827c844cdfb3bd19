// Trace: what the witness plugin wrote down, line by line in the order of the file, and what must
// hold of it whatever was killed in between.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "support/snapshot.h"

namespace fh::test {

struct TraceLine {
  std::string what;  // start, once, once-kept, step, step-kept, end
  std::int64_t job = 0;
  int run = 0;
  std::string record;
  int value = 0;
};

std::vector<TraceLine> read_trace(const std::filesystem::path& file);

/// What does not hold, a sentence each; empty when all does. `again`: jobs that an operator sent on
/// their way again, out of their order.
std::vector<std::string> faults_of(const std::vector<TraceLine>& trace, const Snapshot& stored,
                                   const std::set<std::int64_t>& again);

}  // namespace fh::test
