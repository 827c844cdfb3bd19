// BareServer: an HTTP server over a function that reads the body and answers the same few bytes
// each time. The stock one is Poco's HTTPServer as it comes, the ceiling of everything that is
// received; the front is the host's own front end, what is left of the host when it does nothing. A
// process of its own, so that it competes with the load generator just as the host does.
#pragma once

#include "base/child_process.h"
#include "base/unique_fd.h"
#include "bench/bench.h"

namespace fh::bench {

class BareServer {
 public:
  enum class Kind { stock, front };
  explicit BareServer(const Bench& bench, Kind kind = Kind::stock);

  std::uint16_t port() const { return port_; }
  pid_t pid() const { return process_->pid(); }

 private:
  UniqueFd output_;
  std::unique_ptr<ChildProcess> process_;
  std::uint16_t port_ = 0;
};

/// The arguments that start it as a child.
inline constexpr const char* kServeStock = "--serve-stock";
inline constexpr const char* kServeFront = "--serve-front";

/// Serve until whoever reads their standard output is gone; they write the port there first.
int serve_stock();
int serve_front();

}  // namespace fh::bench
