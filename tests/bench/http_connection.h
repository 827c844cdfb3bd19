// HttpConnection: a blocking keep-alive connection to 127.0.0.1, and what the load generator shares
// with it: connecting, and telling when an answer is whole. It understands what our own servers
// send: a head with Content-Length. One thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace fh::bench {

/// From the loopback address `from` (0: whichever the system takes). Throws HostError when nobody
/// listens.
UniqueFd connect_to(std::uint16_t port, std::uint32_t from = 0);

struct HttpAnswer {
  int status = 0;
  std::string_view body;
};

/// The answer that `received` holds, or nullopt until it is whole. Throws HostError when it is
/// none.
std::optional<HttpAnswer> read_answer(std::string_view received);

class HttpConnection {
 public:
  explicit HttpConnection(std::uint16_t port) : fd_(connect_to(port)) {}

  /// Sends the request and waits for its answer; valid until the next call. Throws HostError.
  HttpAnswer exchange(std::string_view request);

 private:
  UniqueFd fd_;
  std::string received_;
};

}  // namespace fh::bench
