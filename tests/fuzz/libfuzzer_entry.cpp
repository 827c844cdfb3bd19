// What libFuzzer calls, in a program with one target.
#include <cstddef>
#include <cstdint>

#include "fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto* text = reinterpret_cast<const char*>(bytes);
  fh::fuzz::targets().front().run(fh::fuzz::Input({text, size}));
  return 0;
}
