#include "runtime/probe.h"

#include "runtime/steady_time.h"

namespace fh {
namespace {

std::string with_errors(std::string reason, const std::string& last_errors) {
  if (!last_errors.empty()) reason += "; its last words: " + last_errors;
  return reason;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

std::string naming(const std::string& file, const std::filesystem::path& copy, std::string text) {
  replace_all(text, copy.string(), file);
  replace_all(text, copy.filename().string(), file);
  return text;
}

ProbeResult await_hello(WorkerProcess& worker, const LoadPatience& patience,
                        const std::function<void(const OutputLine&)>& on_line) {
  const auto deadline = steady_now() + patience.at_most;
  while (true) {
    if (patience.give_up()) {
      worker.kill();
      return {"", "", /*given_up=*/true};
    }
    Happening happening = worker.wait(deadline);
    if (const auto* line = std::get_if<OutputLine>(&happening); line && on_line) on_line(*line);
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
      return {"", "it took longer than " + std::to_string(patience.at_most.count()) +
                      " ms to load: do less while loading, or raise workers.handshake"};
    }
  }
}

ProbeResult probe(const WorkerLaunch& launch, WakeUp& wake, const LoadPatience& patience) {
  WorkerProcess worker(launch, wake);
  return await_hello(worker, patience);
}

}  // namespace fh
