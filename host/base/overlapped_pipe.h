// OverlappedPipe: one end of a pipe, which it owns. Windows only. A read is always in flight, so
// that wait_handle() tells whether there is something to take. write() from one thread at a time,
// the rest from another one.
#pragma once

#include <array>
#include <chrono>
#include <optional>

#include "base/unique_handle.h"
#include "base/windows_api.h"

namespace fh {

class OverlappedPipe {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  explicit OverlappedPipe(UniqueHandle end);
  /// Takes back the read that is in flight.
  ~OverlappedPipe();
  OverlappedPipe(const OverlappedPipe&) = delete;

  /// Appends what is there, 128 KiB at most, after waiting for something if asked to. False once
  /// the other end was closed and everything was taken. Throws std::system_error on a broken pipe.
  bool read(std::string& to, bool wait);

  /// Writes all of it. Throws std::system_error, with std::errc::timed_out at the deadline; then
  /// some of it may have gone out.
  void write(std::string_view bytes, std::optional<Deadline> deadline);

  /// Ready when read() would not have to wait.
  HANDLE wait_handle() const { return read_event_.get(); }

 private:
  void start_reading();

  UniqueHandle end_;
  UniqueHandle read_event_;
  UniqueHandle write_event_;
  OVERLAPPED reading_{};
  DWORD broken_ = ERROR_SUCCESS;  // why no read is in flight
  std::array<char, 64U << 10U> bytes_;
};

}  // namespace fh
