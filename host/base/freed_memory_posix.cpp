#include <malloc.h>

#include "base/freed_memory.h"

namespace fh {

// Elsewhere than in glibc the allocator does so by itself.
void give_freed_memory_back() {
#ifdef __GLIBC__
  constexpr std::size_t kNothingSpared = 0;
  ::malloc_trim(kNothingSpared);
#endif
}

}  // namespace fh
