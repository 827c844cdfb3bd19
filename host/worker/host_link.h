// HostLink: the worker's end of the channel. Its reader thread hands answers to the calls that wait
// for them and work to the main thread; when the channel closes or breaks, it ends the process at
// once, even while the plugin is stuck, so that no worker outlives its host.
//
// A run is named by a number that is never used again, 0 being none. What is asked in the name of a
// run that is over is refused, and Finished is the last frame that names it. next_work(), begin()
// and finish() are for the main thread, the rest for any. Lives until the process ends.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "wire/channel.h"

namespace fh {

class HostLink {
 public:
  explicit HostLink(UniqueHandle end);

  /// Sends Hello or Refused.
  void introduce(const wire::Frame& frame) { send(frame); }

  /// Waits for a Start, Execute or Stop.
  [[nodiscard]] wire::Frame next_work();

  /// Opens a run of that job; there must be none.
  [[nodiscard]] std::uint64_t begin(std::uint64_t job_id);
  /// Ends the run: calls still waiting are answered `ended`, then the outcome goes out.
  void finish();

  /// The outcome that finish() sends; the last one counts. False when the run is over.
  [[nodiscard]] bool set_outcome(std::uint64_t run, wire::Finished outcome);
  /// Whether the run that is on has one.
  [[nodiscard]] bool has_outcome() const;
  /// Asks the host and waits. `ended` when the run is over, before or meanwhile.
  [[nodiscard]] wire::Answer call(std::uint64_t run, wire::Call call);
  /// False when the run is over.
  [[nodiscard]] bool log(std::uint64_t run, wire::LogLevel level, std::string text);
  /// Also true when the run is over.
  [[nodiscard]] bool cancelled(std::uint64_t run) const;

 private:
  void read();
  void take(wire::Frame frame);
  void send(const wire::Frame& frame);

  Channel channel_;
  // Held from the check that a run is on until its frame is sent; the reader never takes it.
  std::mutex sending_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Under mutex_:
  std::deque<wire::Frame> work_;
  std::uint64_t run_ = 0;
  std::uint64_t runs_begun_ = 0;
  std::uint64_t job_id_ = 0;  // of the run, or of the Execute that waits for the main thread
  bool cancelled_ = false;    // asked of job_id_
  std::optional<wire::Finished> outcome_;
  std::uint32_t calls_made_ = 0;
  std::map<std::uint32_t, std::optional<wire::Answer>> calls_;  // open ones

  std::jthread reader_;  // last: it uses all of the above
};

}  // namespace fh
