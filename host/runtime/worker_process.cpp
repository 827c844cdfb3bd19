#include "runtime/worker_process.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/process_load.h"
#include "base/wait_any.h"

namespace fh {
namespace {

constexpr std::chrono::seconds kSendPatience(10);
constexpr std::chrono::seconds kReapPatience(5);
constexpr std::uint32_t kChildEnded = 1U << 3U;  // among the handles of wait()

// A sanitizer takes terabytes for its own accounts.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimitsMemory = false;
#else
constexpr bool kLimitsMemory = true;
#endif

// What a worker may see of the host's environment; never a secret.
std::vector<std::string> listed_environment() {
  std::vector<std::string> environment;
  for (const char* name : {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SystemRoot", "TEMP",
                           "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"})
    if (const char* value = std::getenv(name))
      environment.push_back(std::string(name) + "=" + value);
  return environment;
}

bool is_nearly_all(std::size_t used, std::size_t allowed) {
  return allowed > 0 && used >= allowed - allowed / 4;
}

std::string mib(std::size_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

SpawnOptions spawn_options(const WorkerLaunch& launch, NativeHandle channel, NativeHandle out,
                           NativeHandle err) {
  SpawnOptions options;
  options.inherited = {channel};
  if (launch.store_lock != kNoHandle) options.inherited.push_back(launch.store_lock);
  options.arguments = {launch.executable.string(), "--channel",
                       std::to_string(number_in_child(options, 0)), "--build",
                       launch.build.string()};
  if (kLimitsMemory && launch.memory > 0) {
    options.arguments.push_back("--memory-limit");
    options.arguments.push_back(std::to_string(launch.memory));
  }
  options.environment = listed_environment();
  options.standard_output = out;
  options.standard_error = err;
  return options;
}

}  // namespace

WorkerProcess::WorkerProcess(const WorkerLaunch& launch, WakeUp& wake)
    : wake_(wake),
      memory_(kLimitsMemory ? launch.memory : 0),
      channel_(std::move(stream_.ours)),
      child_(spawn_options(launch, stream_.theirs.get(), out_pipe_.theirs.get(),
                           err_pipe_.theirs.get())),
      processor_(child_.pid()),
      out_{OutputReader(std::move(out_pipe_.ours)), "", false},
      err_{OutputReader(std::move(err_pipe_.ours)), "", true} {
  stream_.theirs.reset();
  out_pipe_.theirs.reset();
  err_pipe_.theirs.reset();
}

void WorkerProcess::send(const wire::Frame& frame) {
  const Deadline deadline = steady_now() + kSendPatience;
  try {
    channel_.send(frame, deadline);
  } catch (const FrameTooLarge&) {
    throw;
  } catch (const WireError& error) {
    // One that is gone has an end of its own to tell of.
    if (steady_now() >= deadline) broken_ = error.what();
    kill();
  }
}

bool WorkerProcess::has_ended() const {
  const std::array<NativeHandle, 1> child = {child_.wait_handle()};
  return ended_ || wait_any(child, steady_now()) != 0;
}

bool WorkerProcess::is_short_of_memory() const {
  return memory_ > 0 && is_nearly_all(writable_memory(pid()).value_or(0), memory_);
}

std::deque<OutputLine> WorkerProcess::begin_work() {
  ++runs_;
  processor_.begin(steady_now());
  for (Output* output : {&out_, &err_}) read_output(*output);
  add_partial_lines();
  last_errors_.clear();
  return std::exchange(lines_, {});
}

Happening WorkerProcess::wait(Deadline deadline) {
  while (true) {
    if (!lines_.empty()) {
      OutputLine line = std::move(lines_.front());
      lines_.pop_front();
      return line;
    }
    if (!frames_.empty()) {
      wire::Frame frame = std::move(frames_.front());
      frames_.pop_front();
      return frame;
    }
    if (ended_) {
      add_partial_lines();
      if (lines_.empty()) return end();
      continue;
    }
    if (std::exchange(woken_, false)) return Woken{};
    const std::array<NativeHandle, 5> handles = {
        channel_open_ ? channel_.wait_handle() : kNoHandle, out_.reader.wait_handle(),
        err_.reader.wait_handle(), child_.wait_handle(), wake_.wait_handle()};
    // Then whatever is ready is left for the next call: a worker may print faster than is read.
    const bool is_late = steady_now() >= deadline;
    const auto ready = wait_any(handles, std::min(deadline, processor_.next_look()));
    const Deadline now = steady_now();
    if (now >= processor_.next_look() && processor_.look(now)) woken_ = true;
    if (is_late || (ready == 0 && now >= deadline)) return TimedOut{};
    if (ready == 0) continue;  // if it is woken, the next turn says so
    ended_ = (ready & kChildEnded) != 0;
    read_channel();
    read_output(out_);
    read_output(err_);
    if (!channel_open_) ended_ = true;
    if (wake_.take()) woken_ = true;
  }
}

void WorkerProcess::read_channel() {
  if (!channel_open_) return;
  try {
    channel_open_ = channel_.read_available(buffer_);
    while (auto frame = buffer_.next()) frames_.push_back(std::move(*frame));
  } catch (const WireError& error) {
    channel_open_ = false;
    broken_ = error.what();
  }
}

void WorkerProcess::read_output(Output& output) {
  output.reader.read_available(output.partial);
  std::size_t start = 0;
  while (true) {
    const auto end = output.partial.find('\n', start);
    const std::size_t size = std::min(end, output.partial.size()) - start;
    const bool is_whole = end != std::string::npos && size <= kMaxOutputLine;
    if (!is_whole && size < kMaxOutputLine) break;
    // A longer line is cut in pieces.
    const std::size_t piece = std::min(size, kMaxOutputLine);
    add_line(output, output.partial.substr(start, piece));
    start += piece + (is_whole ? 1 : 0);
  }
  output.partial.erase(0, start);
}

void WorkerProcess::add_line(Output& output, std::string text) {
  if (output.is_error) {
    last_errors_.push_back(text);
    if (last_errors_.size() > kKeptErrorLines) last_errors_.pop_front();
  }
  lines_.push_back({output.is_error, std::move(text)});
}

// A last line without its end is a line too.
void WorkerProcess::add_partial_lines() {
  for (Output* output : {&out_, &err_})
    if (!output->partial.empty()) add_line(*output, std::exchange(output->partial, {}));
}

WorkerEnded WorkerProcess::end() {
  // The stream ends before the process can be reaped; a worker that only closed it is made to.
  auto status =
      child_.reap(broken_.empty() ? std::chrono::milliseconds(500) : std::chrono::milliseconds(0));
  child_.kill_group();
  if (!status) status = child_.reap(kReapPatience);
  WorkerEnded ended;
  ended.how = status ? status->describe() : "it did not end when it was killed";
  if (!broken_.empty()) ended.how += " after " + broken_;
  if (status && is_nearly_all(status->most_memory, memory_)) {
    ended.short_of_memory = true;
    ended.how += ", using " + mib(status->most_memory) + " of the " + mib(memory_) +
                 " of memory that it may have,";
  }
  // One that could not read a frame, for want of memory, has ended by itself.
  const bool by_itself = status && status->code == 0;
  ended.left_unread = channel_.was_left_unread() && broken_.empty() && !by_itself;
  for (const std::string& line : last_errors_)
    ended.last_errors += (ended.last_errors.empty() ? "" : "\n") + line;
  // It becomes part of an error's text, and there a NUL would end it.
  std::replace(ended.last_errors.begin(), ended.last_errors.end(), '\0', '?');
  return ended;
}

}  // namespace fh
