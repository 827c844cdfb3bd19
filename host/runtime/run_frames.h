// The frames of one run: the EXECUTE made from a lease, and the outcome read from a FINISHED. Pure.
#pragma once

#include "queue/dispatcher.h"
#include "wire/frames.h"

namespace fh {

wire::Execute execute_frame(const Lease& lease);

/// The wait it asks for is at most kLongestWait.
Outcome outcome_of(const wire::Finished& finished);

}  // namespace fh
