#include <array>

#include "base/wait_any.h"
#include "base/windows_api.h"

namespace fh {

std::uint32_t wait_any(std::span<const NativeHandle> handles,
                       std::chrono::steady_clock::time_point deadline) {
  std::array<HANDLE, 32> entries;
  CHECK(handles.size() <= entries.size());
  DWORD count = 0;
  for (const NativeHandle handle : handles)
    if (handle != kNoHandle) entries[count++] = handle;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  if (::WaitForMultipleObjects(count, entries.data(), FALSE, wait_ms(left)) == WAIT_FAILED)
    throw_last_error("cannot wait for a worker");
  // It tells of one alone. To ask changes nothing: all are processes or manual-reset events.
  std::uint32_t ready = 0;
  for (std::size_t i = 0; i < handles.size(); ++i)
    if (handles[i] != kNoHandle && ::WaitForSingleObject(handles[i], 0) == WAIT_OBJECT_0)
      ready |= 1U << i;
  return ready;
}

}  // namespace fh
