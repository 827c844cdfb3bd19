#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "base/check.h"
#include "runtime/worker_process.h"

namespace fh {
namespace {

constexpr std::chrono::seconds kSendPatience(10);
constexpr std::chrono::seconds kReapPatience(5);
constexpr std::size_t kReadAtOnce = 64 * 1024;

// A sanitizer takes terabytes for its own accounts.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimitsMemory = false;
#else
constexpr bool kLimitsMemory = true;
#endif

// What a worker may see of the host's environment; never a secret.
std::vector<std::string> listed_environment() {
  std::vector<std::string> environment;
  for (const char* name : {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "ASAN_OPTIONS",
                           "UBSAN_OPTIONS", "TSAN_OPTIONS"})
    if (const char* value = std::getenv(name))
      environment.push_back(std::string(name) + "=" + value);
  return environment;
}

Channel make_channel(UniqueFd& worker_end) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw_errno("worker: cannot make a channel");
  worker_end.reset(ends[1]);
  return Channel(UniqueFd(ends[0]));
}

bool is_nearly_all(std::size_t used, std::size_t allowed) {
  return allowed > 0 && used >= allowed - allowed / 4;
}

std::string mib(std::size_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

SpawnOptions spawn_options(const WorkerLaunch& launch, int channel, int out, int err) {
  SpawnOptions options;
  options.arguments = {launch.executable.string(), "--channel", "3", "--build",
                       launch.build.string()};
  if (kLimitsMemory && launch.memory > 0) {
    options.arguments.push_back("--memory-limit");
    options.arguments.push_back(std::to_string(launch.memory));
  }
  options.environment = listed_environment();
  options.standard_output = out;
  options.standard_error = err;
  options.inherited = {channel};
  if (launch.lock_fd >= 0) options.inherited.push_back(launch.lock_fd);
  return options;
}

int remaining_ms(WorkerProcess::Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000'000));
}

}  // namespace

WorkerProcess::Pipe WorkerProcess::make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("worker: cannot make a pipe");
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

WorkerProcess::WorkerProcess(const WorkerLaunch& launch, WakeUp& wake)
    : wake_(wake),
      memory_(kLimitsMemory ? launch.memory : 0),
      channel_(make_channel(worker_end_)),
      child_(spawn_options(launch, worker_end_.get(), out_pipe_.write_end.get(),
                           err_pipe_.write_end.get())),
      processor_(child_.pid()),
      out_{std::move(out_pipe_.read_end), "", false},
      err_{std::move(err_pipe_.read_end), "", true} {
  worker_end_.reset();
  out_pipe_.write_end.reset();
  err_pipe_.write_end.reset();
}

void WorkerProcess::send(const wire::Frame& frame) {
  channel_.send(frame, std::chrono::steady_clock::now() + kSendPatience);
}

bool WorkerProcess::is_short_of_memory() const {
  if (memory_ == 0) return false;
  // proc(5): VmData is what RLIMIT_DATA limits, in kB.
  std::ifstream status("/proc/" + std::to_string(pid()) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmData:"))
      return is_nearly_all(std::stoull(line.substr(7)) << 10U, memory_);
  return false;
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
      // A last line without its end is a line too.
      for (Output* output : {&out_, &err_})
        if (!output->partial.empty()) add_line(*output, std::exchange(output->partial, {}));
      if (lines_.empty()) return end();
      continue;
    }
    if (std::exchange(woken_, false)) return Woken{};
    // poll() leaves out descriptors below zero: a pipe or channel that is closed already.
    pollfd fds[] = {{channel_open_ ? channel_.fd() : -1, POLLIN, 0},
                    {out_.fd.get(), POLLIN, 0},
                    {err_.fd.get(), POLLIN, 0},
                    {child_.ended_fd(), POLLIN, 0},
                    {wake_.fd(), POLLIN, 0}};
    const Deadline until = std::min(deadline, processor_.next_look());
    const bool happened = ::poll(fds, std::size(fds), remaining_ms(until)) != 0;
    const Deadline now = std::chrono::steady_clock::now();
    if (now >= processor_.next_look()) {
      const bool was_spent = is_spent();
      processor_.look(now);
      if (is_spent() && !was_spent) woken_ = true;
    }
    if (!happened && now < deadline) continue;  // if it is woken, the next turn says so
    if (!happened) return TimedOut{};
    ended_ = fds[3].revents != 0;
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
  char bytes[kReadAtOnce];
  if (!output.fd) return;
  const auto got = ::read(output.fd.get(), bytes, sizeof bytes);
  if (got == 0) output.fd.reset();
  if (got <= 0) return;
  output.partial.append(bytes, static_cast<std::size_t>(got));
  std::size_t start = 0;
  while (true) {
    auto end = output.partial.find('\n', start);
    if (end == std::string::npos) {
      if (output.partial.size() - start < kMaxOutputLine) break;
      end = start + kMaxOutputLine - 1;  // a longer line is cut in pieces
    }
    add_line(output, output.partial.substr(start, end - start));
    start = end + 1;
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

WorkerEnded WorkerProcess::end() {
  // The stream ends before the process can be reaped; a worker that only closed it is made to.
  auto status =
      child_.reap(broken_.empty() ? std::chrono::milliseconds(500) : std::chrono::milliseconds(0));
  child_.kill_group();
  if (!status) status = child_.reap(kReapPatience);
  WorkerEnded ended;
  ended.how = status ? status->describe() : "it did not end when it was killed";
  if (!broken_.empty()) ended.how = "it " + broken_ + "; killed";
  if (status && is_nearly_all(status->most_memory, memory_)) {
    ended.short_of_memory = true;
    ended.how += ", using " + mib(status->most_memory) + " of the " + mib(memory_) +
                 " of memory that it may have,";
  }
  for (const std::string& line : last_errors_)
    ended.last_errors += (ended.last_errors.empty() ? "" : "\n") + line;
  // It becomes part of an error's text, and there a NUL would end it.
  std::replace(ended.last_errors.begin(), ended.last_errors.end(), '\0', '?');
  return ended;
}

}  // namespace fh
