// What the worker does to its own process before it loads anything, so that nothing it was handed
// by the host reaches the plugin's children: a child that kept the channel or the store's lock
// would make a dead worker look alive. Called once, by main, while there is one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace fh {

/// Nothing that was inherited, but the standard streams, reaches a process that this one starts; no
/// signal is blocked, a broken pipe is an error and not a death, a crash leaves no core file and
/// asks nobody; standard output is flushed line by line; what this process, and each one that it
/// starts, can write to (heap, private mappings, threads' stacks) is held to memory_limit bytes, if
/// given. Gives why the limits could not be set; "" when they are.
[[nodiscard]] std::string set_up_process(std::optional<std::uint64_t> memory_limit);

/// Shows this name (its first 15 bytes) in process lists, where the system lets it.
void show_process_name(const std::string& name);

/// Sends on what was printed. Not fflush(nullptr): that waits for every stream which a thread of
/// the plugin is just reading.
void flush_output();

/// Ends the process at once, whatever its other threads do: nothing is flushed, nothing destroyed.
[[noreturn]] void end_process(int code);

}  // namespace fh
