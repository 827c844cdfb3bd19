// What several Windows files here need of Windows: its header, texts as UTF-16, errors as
// HostError, processes by their pids.
#pragma once

#define WIN32_LEAN_AND_MEAN
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
// After it.
#include <psapi.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>

#include "base/check.h"
#include "base/unique_handle.h"

namespace fh {

/// UTF-8 as Windows takes it.
inline std::wstring wide(std::string_view text) {
  const int size = static_cast<int>(text.size());
  std::wstring result(
      static_cast<std::size_t>(::MultiByteToWideChar(CP_UTF8, 0, text.data(), size, nullptr, 0)),
      L'\0');
  ::MultiByteToWideChar(CP_UTF8, 0, text.data(), size, result.data(),
                        static_cast<int>(result.size()));
  return result;
}

inline std::string error_text(DWORD code) {
  return std::system_category().message(static_cast<int>(code));
}

/// Throws HostError("<what>: <text of GetLastError()>"), read on entry.
[[noreturn]] inline void throw_last_error(const std::string& what) {
  const DWORD code = ::GetLastError();
  throw HostError(what + ": " + error_text(code));
}

/// The process of that pid, for `access`; empty when there is none. One that has ended is still
/// there as long as anybody has a handle of it: it counts as none.
inline UniqueHandle open_living(int pid, DWORD access) {
  UniqueHandle process(::OpenProcess(access | SYNCHRONIZE, FALSE, static_cast<DWORD>(pid)));
  if (process && ::WaitForSingleObject(process.get(), 0) != WAIT_TIMEOUT) process.reset();
  return process;
}

/// For the calls that wait; a longer wait than a day is one of a day.
inline DWORD wait_ms(std::chrono::milliseconds time) {
  return static_cast<DWORD>(std::clamp<std::int64_t>(time.count(), 0, 86'400'000));
}

}  // namespace fh
