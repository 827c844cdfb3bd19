#include <malloc.h>

#include "base/freed_memory.h"

namespace fh {

void give_freed_memory_back() { ::_heapmin(); }

}  // namespace fh
