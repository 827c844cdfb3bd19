// CHECK and HostError: the two ways something can be wrong that the caller is not asked about.
// CHECK states what our own code guarantees; it is on in release builds and aborts. It is never
// used on input. HostError is a failing environment: a full disk, a missing file, a port that is
// taken. Its text names subject, failure, value, cause and remedy, and holds no secret.
#pragma once

#include <stdexcept>
#include <string>

namespace fh {

class HostError : public std::runtime_error {
 public:
  explicit HostError(const std::string& text) : std::runtime_error(text) {}
};

/// Throws HostError("<what>: <strerror(errno)>"), with errno read on entry.
[[noreturn]] void throw_errno(const std::string& what);

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace fh

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::fh::check_failed(#condition, __FILE__, __LINE__))
