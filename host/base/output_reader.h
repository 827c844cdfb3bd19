// OutputReader: our end of make_output_pipe(), which it owns: what a child prints, as it comes. One
// thread only.
#pragma once

#include <string>

#include "base/unique_handle.h"
#ifdef _WIN32
#include <memory>

#include "base/overlapped_pipe.h"
#endif

namespace fh {

class OutputReader {
 public:
  explicit OutputReader(UniqueHandle end);

  /// Appends what is there, 128 KiB at most, never waiting. False once nobody can print any more
  /// and everything was read.
  bool read_available(std::string& to);

  /// Ready when there is something to read, or no more will come; for wait_any(). kNoHandle once
  /// read_available() said false.
  NativeHandle wait_handle() const;

 private:
#ifdef _WIN32
  std::unique_ptr<OverlappedPipe> end_;
#else
  UniqueHandle end_;
#endif
};

}  // namespace fh
