// Streams of bytes between this process and a child that is to be started: one end for each. A
// child inherits neither end but by SpawnOptions.
#pragma once

#include "base/unique_handle.h"

namespace fh {

struct StreamPair {
  UniqueHandle ours;
  UniqueHandle theirs;
};

/// Both ways, for a Channel at each end. Throws HostError.
StreamPair make_stream_pair();

/// One way: `theirs` to be a child's standard output, `ours` for an OutputReader. Throws HostError.
StreamPair make_output_pipe();

}  // namespace fh
