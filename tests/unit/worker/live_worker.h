// LiveWorker: a real fieldhook-worker with the test at the other end of its channel. Every wait has
// a deadline; destroying it kills and reaps the process and what it started. One thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "base/child_process.h"
#include "base/output_reader.h"
#include "base/stream_pair.h"
#include "base/wait_any.h"
#include "wire/channel.h"

#ifndef _WIN32
extern char** environ;
#endif

namespace fh::test {

constexpr std::chrono::seconds kPatience{20};

class LiveWorker {
 public:
  /// The plugin's file name in the folder of test plugins, or a path with a slash in it.
  explicit LiveWorker(const std::string& plugin, std::vector<std::string> more_options = {}) {
    StreamPair stream = make_stream_pair();
    StreamPair output = make_output_pipe();
    channel_.emplace(std::move(stream.ours));
    output_.emplace(std::move(output.ours));
    child_.emplace(
        options_for(plugin, std::move(more_options), stream.theirs.get(), output.theirs.get()));
  }
  LiveWorker(const LiveWorker&) = delete;
  LiveWorker& operator=(const LiveWorker&) = delete;

  void send(const wire::Frame& frame) { channel_->send(frame); }

  /// The next frame, or nullopt when the worker has closed its end. Throws when neither comes.
  std::optional<wire::Frame> next() {
    for (;;) {
      if (auto frame = buffer_.next()) return frame;
      wait_for(channel_->wait_handle());
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

  /// Waits for the end; gives how it ended in words.
  std::string wait_for_exit() {
    const auto status = child_->reap(kPatience);
    if (!status) throw std::runtime_error("the worker does not end");
    return status->describe();
  }
  int pid() const { return child_->pid(); }

  /// What the worker has printed so far, both streams.
  std::string printed() {
    std::string text;
    for (std::size_t before = 1; text.size() != before;) {
      before = text.size();
      output_->read_available(text);
    }
    return text;
  }

 private:
  static SpawnOptions options_for(const std::string& plugin, std::vector<std::string> more_options,
                                  NativeHandle channel, NativeHandle output) {
    std::string path = FIELDHOOK_TEST_PLUGINS "/";
    if (plugin.find('/') != std::string::npos) path.clear();
    path += plugin;
    SpawnOptions options;
    options.standard_output = options.standard_error = output;
    options.inherited = {channel};
    options.arguments = {FIELDHOOK_WORKER_PATH, "--channel",
                         std::to_string(number_in_child(options, 0)), "--build", path};
    options.arguments.insert(options.arguments.end(), more_options.begin(), more_options.end());
    for (char** one = environ; *one != nullptr; ++one) options.environment.emplace_back(*one);
    return options;
  }

  static void wait_for(NativeHandle handle) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (wait_any(std::array{handle}, deadline) == 0)
      if (std::chrono::steady_clock::now() >= deadline)
        throw std::runtime_error("the worker kept the test waiting");
  }

  std::optional<Channel> channel_;
  FrameBuffer buffer_;
  std::optional<OutputReader> output_;
  std::optional<ChildProcess> child_;
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
