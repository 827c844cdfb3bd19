#include "runtime/probe.h"

namespace fh {
namespace {

std::string with_errors(std::string reason, const std::string& last_errors) {
  if (!last_errors.empty()) reason += "; its last words: " + last_errors;
  return reason;
}

}  // namespace

ProbeResult await_hello(WorkerProcess& worker, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    Happening happening = worker.wait(deadline);
    if (const auto* frame = std::get_if<wire::Frame>(&happening)) {
      if (const auto* hello = std::get_if<wire::Hello>(frame)) return {hello->manifest, ""};
      if (const auto* refused = std::get_if<wire::Refused>(frame)) return {"", refused->reason};
      return {"", "its worker began with the wrong frame: install host and worker of one version"};
    }
    if (const auto* ended = std::get_if<WorkerEnded>(&happening))
      return {"", with_errors("the worker that loaded it ended with " + ended->how +
                                  ": look at what it does when it is loaded and created",
                              ended->last_errors)};
    if (std::holds_alternative<TimedOut>(happening)) {
      worker.kill();
      return {"", "it took longer than " + std::to_string(patience.count()) +
                      " ms to load: do less while loading, or raise workers.handshake"};
    }
  }
}

ProbeResult probe(const WorkerLaunch& launch, std::chrono::milliseconds patience) {
  WakeUp nobody;
  WorkerProcess worker(launch, nobody);
  return await_hello(worker, patience);
}

}  // namespace fh
