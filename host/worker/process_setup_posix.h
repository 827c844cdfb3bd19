// What the worker does to its own process before it loads anything, so that nothing it was handed
// by the host reaches the plugin's children: a child that kept the channel or the store's lock
// would make a dead worker look alive. Called once, by main, while there is one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace fh {

/// Marks every descriptor above 2 close-on-exec and closes them in children made by fork() alone;
/// no signal is blocked, a broken pipe is an error and not a death, no core files; standard output
/// is flushed line by line; what this process, and each one that it starts, can write to (heap,
/// private mappings, threads' stacks) is held to memory_limit bytes, if given. False, with errno
/// set, when the limit could not be set.
[[nodiscard]] bool set_up_process(std::optional<std::uint64_t> memory_limit);

/// Shows this name (its first 15 bytes) in process lists.
void show_process_name(const std::string& name);

}  // namespace fh
