// BareServer: the same HTTP front as the host's, over a function that reads the body and answers
// the same few bytes each time: what is left of the host when it does nothing. A process of its
// own, so that it competes with the load generator just as the host does.
#pragma once

#include "base/child_process.h"
#include "bench/bench.h"

namespace fh::bench {

class BareServer {
 public:
  explicit BareServer(const Bench& bench);

  std::uint16_t port() const { return port_; }
  pid_t pid() const { return process_->pid(); }

 private:
  UniqueFd output_;
  std::unique_ptr<ChildProcess> process_;
  std::uint16_t port_ = 0;
};

/// What the argument that starts it as a child is.
inline constexpr const char* kServeBare = "--serve-bare";

/// Serves until whoever reads its standard output is gone; writes the port there first.
int serve_bare();

}  // namespace fh::bench
