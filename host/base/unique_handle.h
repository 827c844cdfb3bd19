// UniqueHandle: owns one of what the system gives for an open file, stream, event or process (a
// descriptor, on Windows a HANDLE) and closes it once. Whoever makes one makes it so that no child
// inherits what it was not given. Move-only; not thread-safe.
#pragma once

#ifdef _WIN32
extern "C" __declspec(dllimport) int __stdcall CloseHandle(void*);
#else
#include <unistd.h>
#endif

#include <cstdint>
#include <utility>

namespace fh {

#ifdef _WIN32
using NativeHandle = void*;  // a HANDLE, and never INVALID_HANDLE_VALUE
inline constexpr NativeHandle kNoHandle = nullptr;
inline void close_handle(NativeHandle handle) { ::CloseHandle(handle); }
/// The handle that a number on a command line stands for.
inline NativeHandle handle_of(std::intptr_t number) { return reinterpret_cast<void*>(number); }
#else
using NativeHandle = int;  // a descriptor
inline constexpr NativeHandle kNoHandle = -1;
inline void close_handle(NativeHandle handle) { ::close(handle); }
inline NativeHandle handle_of(std::intptr_t number) { return static_cast<int>(number); }
#endif

class UniqueHandle {
 public:
  UniqueHandle() = default;
  explicit UniqueHandle(NativeHandle handle) : handle_(handle) {}
  UniqueHandle(UniqueHandle&& other) noexcept : handle_(std::exchange(other.handle_, kNoHandle)) {}
  UniqueHandle& operator=(UniqueHandle&& other) noexcept {
    if (this != &other) reset(std::exchange(other.handle_, kNoHandle));
    return *this;
  }
  UniqueHandle(const UniqueHandle&) = delete;
  UniqueHandle& operator=(const UniqueHandle&) = delete;
  ~UniqueHandle() { reset(); }

  NativeHandle get() const { return handle_; }
  explicit operator bool() const { return handle_ != kNoHandle; }
  void reset(NativeHandle handle = kNoHandle) {
    if (handle_ != kNoHandle) close_handle(handle_);
    handle_ = handle;
  }

 private:
  NativeHandle handle_ = kNoHandle;
};

}  // namespace fh
