// Whether bytes are a whole shared library for this machine, seen before anything loads them: a
// file that is still being copied is refused here instead of killing the process that maps it.
#pragma once

#include <string>

namespace fh {

/// Why they are not, with what to do; "" when they are: every part that the headers speak of lies
/// within the bytes.
std::string mistake_in_library(const std::string& bytes);

}  // namespace fh
