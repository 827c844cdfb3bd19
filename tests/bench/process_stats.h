// What the kernel says of a process, ours or a child's. Each throws HostError when it is gone.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <vector>

namespace fh::bench {

/// VmRSS, in bytes.
std::size_t resident_bytes(pid_t pid);

/// User and system time of all its threads, from its start.
std::chrono::nanoseconds cpu_time(pid_t pid);

/// The processes whose parent it is.
std::vector<pid_t> children_of(pid_t pid);

}  // namespace fh::bench
