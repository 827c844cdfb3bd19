// WorkerProcess: one fieldhook-worker child with its channel and its output. wait() is the one
// place where the host learns what a worker did: it sent a frame, printed a line, or ended. Output
// read in one go comes before the frames, so lines belong to the run that printed them. Dropping it
// kills the worker's process group. One thread only, but for the WakeUp given to it.
#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <variant>

#include "base/child_process.h"
#include "base/output_reader.h"
#include "base/stream_pair.h"
#include "base/wake_up.h"
#include "runtime/processor_watch.h"
#include "runtime/steady_time.h"
#include "wire/channel.h"

namespace fh {

/// Stated limits of what a worker prints.
inline constexpr std::size_t kMaxOutputLine = 8 * 1024;
inline constexpr std::size_t kKeptErrorLines = 20;

struct WorkerLaunch {
  std::filesystem::path executable;
  std::filesystem::path build;
  NativeHandle store_lock = kNoHandle;  // inherited
  std::size_t memory = 0;               // bytes that it may write to; 0: any number
};

struct OutputLine {
  bool is_error = false;  // from stderr
  std::string text;
};
struct WorkerEnded {
  std::string how;               // "signal 11 (Segmentation fault)"
  bool short_of_memory = false;  // it had nearly all that it may have; `how` says so
  std::string last_errors;       // the last lines of its stderr since begin_work(); "" if none
  bool left_unread = false;      // it is known not to have read the last frame that was sent to it
};
struct Woken {};
struct TimedOut {};
using Happening = std::variant<wire::Frame, OutputLine, WorkerEnded, Woken, TimedOut>;

class WorkerProcess {
 public:
  using Deadline = SteadyTime;

  /// Throws HostError when it cannot be started.
  WorkerProcess(const WorkerLaunch& launch, WakeUp& wake);

  /// Waits for the next thing to happen. After WorkerEnded it says that again.
  Happening wait(Deadline deadline);

  /// A worker that is gone, or takes nothing for ten seconds, is killed; wait() then tells how it
  /// ended. Throws FrameTooLarge, the worker being as it was.
  void send(const wire::Frame& frame);

  /// Kills the worker and what it started at once; wait() then tells the end.
  void kill() { child_.kill_group(); }
  int pid() const { return child_.pid(); }
  /// Its process is gone; wait() tells how it ended, after what it said before.
  bool has_ended() const;

  // What is watched of its use of the processor (ProcessorWatch).
  void watch(bool comes_last, UndisturbedRuns& runs) {
    processor_.start(steady_now(), comes_last, runs);
  }
  /// Gives what was printed before, lines without their end too: it is no part of the run that
  /// begins, nor of its last words.
  std::deque<OutputLine> begin_work();
  /// How many have begun.
  int runs() const { return runs_; }
  void end_work() { processor_.end(steady_now()); }
  /// To be replaced as soon as it has no run.
  bool is_spent() const { return processor_.is_spent(); }
  /// It keeps a processor busy and has no run. wait() gives Woken when a look finds this or that.
  bool is_spinning() const { return processor_.is_spinning(); }
  /// The one after it is to come last too.
  bool is_greedy() const { return processor_.is_greedy(); }

  /// It holds nearly all the memory that it may have, so that the next run would find none. Reads
  /// a file of the system's.
  bool is_short_of_memory() const;

 private:
  struct Output {
    OutputReader reader;
    std::string partial;
    bool is_error = false;
  };

  void read_channel();
  void read_output(Output& output);
  void add_line(Output& output, std::string text);
  void add_partial_lines();
  WorkerEnded end();

  WakeUp& wake_;
  const std::size_t memory_;  // 0: any number
  StreamPair stream_ = make_stream_pair();
  StreamPair out_pipe_ = make_output_pipe();
  StreamPair err_pipe_ = make_output_pipe();
  Channel channel_;
  ChildProcess child_;
  ProcessorWatch processor_;
  Output out_;
  Output err_;
  FrameBuffer buffer_;
  std::deque<OutputLine> lines_;
  std::deque<wire::Frame> frames_;
  std::deque<std::string> last_errors_;
  int runs_ = 0;
  bool channel_open_ = true;
  bool ended_ = false;
  bool woken_ = false;
  std::string broken_;  // what was wrong with its frames, or with how it took them
};

}  // namespace fh
