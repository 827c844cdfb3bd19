#include <atomic>

#include "base/stream_pair.h"
#include "base/windows_api.h"

namespace fh {
namespace {

constexpr DWORD kBuffer = 64U << 10U;

std::wstring fresh_name() {
  static std::atomic<unsigned> made{0};
  return L"\\\\.\\pipe\\fieldhook-" + std::to_wstring(::GetCurrentProcessId()) + L"-" +
         std::to_wstring(++made);
}

HANDLE valid(HANDLE handle) { return handle == INVALID_HANDLE_VALUE ? nullptr : handle; }

// Anonymous pipes cannot be waited for, so it is a named one, whose only other end is taken at
// once. `direction` is ours.
StreamPair make_pipe(DWORD direction, DWORD their_access, DWORD their_flags) {
  const std::wstring name = fresh_name();
  StreamPair pair;
  pair.ours.reset(valid(::CreateNamedPipeW(
      name.c_str(), direction | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
      PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, 1, kBuffer, kBuffer, 0, nullptr)));
  if (!pair.ours) throw_last_error("cannot make a pipe");
  pair.theirs.reset(valid(
      ::CreateFileW(name.c_str(), their_access, 0, nullptr, OPEN_EXISTING, their_flags, nullptr)));
  if (!pair.theirs) throw_last_error("cannot open a pipe");
  return pair;
}

}  // namespace

StreamPair make_stream_pair() {
  return make_pipe(PIPE_ACCESS_DUPLEX, GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED);
}

StreamPair make_output_pipe() { return make_pipe(PIPE_ACCESS_INBOUND, GENERIC_WRITE, 0); }

}  // namespace fh
