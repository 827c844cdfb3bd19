// How many files and sockets the process may have open at once.
#pragma once

#include <cstddef>

namespace fh {

/// Raises the limit to `wanted` where the system allows it; returns what holds then.
std::size_t raise_open_files(std::size_t wanted);

}  // namespace fh
