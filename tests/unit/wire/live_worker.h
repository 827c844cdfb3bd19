// LiveWorker: a real fieldhook-worker with the test at the other end of its channel. Every wait has
// a deadline; destroying it kills and reaps the process. One thread.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "base/unique_fd.h"
#include "wire/channel.h"

extern char** environ;

namespace fh::test {

constexpr std::chrono::seconds kPatience{20};

class LiveWorker {
 public:
  /// The plugin's file name in the folder of test plugins, or a path with a slash in it.
  explicit LiveWorker(const std::string& plugin, std::vector<std::string> more_options = {}) {
    std::array<int, 2> channel{};
    std::array<int, 2> output{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel.data()) != 0 ||
        ::pipe2(output.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("socketpair or pipe failed");
    }
    channel_.emplace(UniqueFd(channel[0]));
    output_ = UniqueFd(output[0]);
    const UniqueFd theirs(channel[1]);
    const UniqueFd their_output(output[1]);
    start(plugin, std::move(more_options), theirs.get(), their_output.get());
    pidfd_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  }
  LiveWorker(const LiveWorker&) = delete;
  LiveWorker& operator=(const LiveWorker&) = delete;
  ~LiveWorker() {
    if (status_) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  void send(const wire::Frame& frame) { channel_->send(frame); }

  /// The next frame, or nullopt when the worker has closed its end. Throws when neither comes.
  std::optional<wire::Frame> next() {
    for (;;) {
      if (auto frame = buffer_.next()) return frame;
      wait_for(channel_->fd());
      if (!channel_->read_available(buffer_)) return buffer_.next();
    }
  }

  /// The next frame, which must be of that kind.
  template <class Frame>
  Frame expect() {
    auto frame = next();
    if (!frame) throw std::runtime_error("the worker closed its channel");
    if (!std::holds_alternative<Frame>(*frame)) {
      throw std::runtime_error(std::visit(
          [](const auto& one) {
            std::string text = std::string("unexpected frame: ") + wire::name_of(one.kKind);
            if constexpr (requires { one.text; }) text += " " + one.text;
            if constexpr (requires { one.reason; }) text += " " + one.reason;
            return text;
          },
          *frame));
    }
    return std::get<Frame>(std::move(*frame));
  }

  /// The next Call, which must be of that method.
  wire::Call expect_call(wire::CallMethod method) {
    auto call = expect<wire::Call>();
    if (call.method == method) return call;
    throw std::runtime_error("unexpected call " + std::to_string(static_cast<int>(call.method)));
  }
  void answer(const wire::Call& call, wire::CallStatus status, std::int64_t number = 0,
              std::string text = "") {
    send(wire::Answer{call.call, status, number, std::move(text)});
  }

  /// Closes the test's end.
  void hang_up() { channel_.reset(); }

  /// Waits for the end; gives the status as waitpid() does.
  int wait_for_exit() {
    wait_for(pidfd_.get());
    status_ = 0;
    ::waitpid(pid_, &*status_, 0);
    return *status_;
  }
  bool is_alive() const {
    pollfd entry{pidfd_.get(), POLLIN, 0};
    return ::poll(&entry, 1, 0) == 0;
  }
  pid_t pid() const { return pid_; }

  /// What the worker has printed so far, both streams.
  std::string printed() {
    std::string text;
    std::array<char, 65536> bytes;
    pollfd entry{output_.get(), POLLIN, 0};
    while (::poll(&entry, 1, 0) == 1) {
      const auto count = ::read(output_.get(), bytes.data(), bytes.size());
      if (count <= 0) break;
      text.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  void start(const std::string& plugin, std::vector<std::string> more_options, int channel,
             int output) {
    const auto path = plugin.find('/') == std::string::npos
                          ? std::string(FIELDHOOK_TEST_PLUGINS) + "/" + plugin
                          : plugin;
    std::vector<std::string> words = {FIELDHOOK_WORKER_PATH, "--channel", "3", "--build", path};
    words.insert(words.end(), more_options.begin(), more_options.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, output, 1);
    ::posix_spawn_file_actions_adddup2(&actions, output, 2);
    ::posix_spawn_file_actions_adddup2(&actions, channel, 3);
    const int error =
        ::posix_spawn(&pid_, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error("cannot start " + words[0]);
  }

  static void wait_for(int fd) {
    pollfd entry{fd, POLLIN, 0};
    const auto patience = std::chrono::milliseconds(kPatience).count();
    if (::poll(&entry, 1, static_cast<int>(patience)) != 1) {
      throw std::runtime_error("the worker kept the test waiting");
    }
  }

  std::optional<Channel> channel_;
  FrameBuffer buffer_;
  UniqueFd output_;
  UniqueFd pidfd_;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

inline wire::Execute work(const std::string& value, std::uint64_t job_id = 7,
                          std::uint32_t run = 1) {
  wire::Execute execute;
  execute.job_id = job_id;
  execute.run = run;
  execute.attempt = run;
  execute.max_attempts = 3;
  execute.plugin = "misbehave";
  execute.record_type = "contact";
  execute.record_id = "42";
  execute.record = R"({"id":42,"misbehave":")" + value + R"("})";
  execute.event = R"({"id":1,"changes":{"misbehave":{"to":")" + value + R"("}}})";
  execute.delivery = R"({"id":3})";
  execute.matched = R"(["contact misbehave changes"])";
  return execute;
}

/// A worker that has said hello and was started.
struct Started : LiveWorker {
  explicit Started(const std::string& plugin = "misbehave.so", const std::string& settings = "{}")
      : LiveWorker(plugin) {
    hello = expect<wire::Hello>();
    send(wire::Start{settings});
  }
  /// Sends the work and gives how it ended; any frame before that is an error.
  wire::Finished run(const wire::Execute& execute) {
    send(execute);
    return expect<wire::Finished>();
  }
  wire::Hello hello;
};

}  // namespace fh::test
