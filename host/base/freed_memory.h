// What the program has freed and its allocator still keeps.
#pragma once

namespace fh {

/// Gives it back to the system, as far as whole pages are free. Takes a millisecond or so, in which
/// other threads that allocate may wait. Any thread.
void give_freed_memory_back();

}  // namespace fh
