// A line that says where to cut, and a plugin's file: nothing beyond its bytes is looked at, and
// what is whole stays so with more bytes behind it.
#include "runtime/library_bytes.h"

#include "fuzz/fuzz_target.h"

FUZZ_TARGET(library_bytes) {
  std::size_t cut = 0;
  for (const char digit : input.line().substr(0, 9))
    cut = cut * 10 + static_cast<unsigned char>(digit) % 10;
  const std::string bytes = input.rest();
  const std::string mistake = fh::mistake_in_library(bytes);
  MUST_HOLD(mistake.empty() || mistake.size() > 10);
  if (fh::mistake_in_library(bytes.substr(0, std::min(cut, bytes.size()))).empty())
    MUST_HOLD(mistake.empty());
}
