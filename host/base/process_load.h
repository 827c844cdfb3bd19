// What another process takes of the machine, and putting it behind everybody else. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace fh {

/// What all its threads had of the processors.
struct ProcessorTime {
  std::chrono::nanoseconds all{};
  std::chrono::nanoseconds in_kernel{};  // of them; exact to some 10 ms
};
/// nullopt: it is gone.
std::optional<ProcessorTime> processor_time(int pid);

/// Whether one of its threads has a processor or waits for one at this moment. False where the
/// system does not say (Windows), and when it is gone.
bool wants_processor(int pid);

/// The bytes it may write to, as a worker's memory limit counts them; nullopt: not known.
std::optional<std::size_t> writable_memory(int pid);

/// Lets the process, and the others of the group that it leads, have a processor only when nobody
/// else wants it. On Windows the process, and what it starts from then on. False: it is gone, or
/// the system does not allow it.
bool put_last(int pid);

/// Lets the process do nothing until continue_process(). False: it is gone, or the system has no
/// such thing (Windows).
bool stop_process(int pid);
bool continue_process(int pid);

}  // namespace fh
