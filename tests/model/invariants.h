// The invariants: what must hold between the store and the model after every action. Each has a
// name, and a mutant of the host in tests/mutants that breaks it.
#pragma once

#include <stdexcept>

#include "model/model.h"
#include "support/snapshot.h"

namespace fh::model {

using test::ByNames;
using test::SeenEffect;
using test::SeenJob;
using test::SeenRun;
using test::Snapshot;
using test::SnapshotReader;

/// Their names. Each has a mutant that is caught by it.
inline constexpr const char* kInvariants[] = {
    "no loss",    "conservation", "dedupe", "backlog", "tallies",  "one live lease", "fencing",
    "accounting", "order",        "due",    "once",    "step",     "final is final", "state",
    "liveness",   "life cycle",   "cancel", "pause",   "retention"};

/// An invariant that does not hold.
class Violation : public std::runtime_error {
 public:
  Violation(const std::string& invariant, const std::string& what)
      : std::runtime_error("invariant: " + invariant + ": " + what) {}
};

inline void require(bool holds, const char* invariant, const std::string& what) {
  if (!holds) throw Violation(invariant, what);
}

/// Throws Violation for the first that does not hold. `host_run`: whose leases are live;
/// `offered`: how many hands wait for each plugin's jobs.
void check_invariants(const Model& model, const Snapshot& seen, Id host_run,
                      const std::map<std::string, int>& offered);

}  // namespace fh::model
