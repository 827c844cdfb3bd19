#include "worker/host_link.h"

#include <cstdio>
#include <utility>

#include "worker/process_setup.h"

namespace fh {
namespace {

wire::Answer ended_answer() {
  return {0, wire::CallStatus::ended, 0,
          "the run has ended: calls are answered during execute() only"};
}

bool is_work(const wire::Frame& frame) {
  return std::holds_alternative<wire::Start>(frame) ||
         std::holds_alternative<wire::Execute>(frame) || std::holds_alternative<wire::Stop>(frame);
}

}  // namespace

HostLink::HostLink(UniqueHandle end) : channel_(std::move(end)), reader_([this] { read(); }) {}

void HostLink::read() {
  try {
    while (auto frame = channel_.receive()) take(std::move(*frame));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fieldhook-worker: %s\n", error.what());
  }
  end_process(0);
}

void HostLink::take(wire::Frame frame) {
  const std::lock_guard lock(mutex_);
  if (auto* answer = std::get_if<wire::Answer>(&frame)) {
    // One to a call that has given up meets no entry.
    if (const auto open = calls_.find(answer->call); open != calls_.end()) {
      open->second = std::move(*answer);
    }
  } else if (const auto* cancel = std::get_if<wire::Cancel>(&frame)) {
    cancelled_ |= cancel->job_id == job_id_;
  } else if (is_work(frame)) {
    if (const auto* execute = std::get_if<wire::Execute>(&frame)) {
      job_id_ = execute->job_id;
      cancelled_ = false;
    }
    work_.push_back(std::move(frame));
  } else {
    throw WireError("the host sent a frame that only a worker sends");
  }
  changed_.notify_all();
}

void HostLink::send(const wire::Frame& frame) {
  try {
    channel_.send(frame);
  } catch (const WireError& error) {
    std::fprintf(stderr, "fieldhook-worker: %s\n", error.what());
    end_process(0);
  }
}

wire::Frame HostLink::next_work() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !work_.empty(); });
  auto frame = std::move(work_.front());
  work_.pop_front();
  return frame;
}

std::uint64_t HostLink::begin(std::uint64_t job_id) {
  const std::lock_guard lock(mutex_);
  job_id_ = job_id;
  outcome_.reset();
  return run_ = ++runs_begun_;
}

void HostLink::finish() {
  const std::lock_guard sending(sending_);
  wire::Finished finished{0, wire::RunOutcome::fail, -1,
                          "the plugin's execute() returned without saying how it ended: call done, "
                          "retry, snooze or fail"};
  {
    const std::lock_guard lock(mutex_);
    if (outcome_) finished = std::move(*outcome_);
    finished.job_id = job_id_;
    run_ = 0;
  }
  changed_.notify_all();
  send(finished);
}

bool HostLink::set_outcome(std::uint64_t run, wire::Finished outcome) {
  const std::lock_guard lock(mutex_);
  if (run_ != run) return false;
  outcome_ = std::move(outcome);
  return true;
}

bool HostLink::has_outcome() const {
  const std::lock_guard lock(mutex_);
  return outcome_.has_value();
}

wire::Answer HostLink::call(std::uint64_t run, wire::Call call) {
  {
    const std::lock_guard sending(sending_);
    {
      const std::lock_guard lock(mutex_);
      if (run_ != run) return ended_answer();
      call.call = ++calls_made_;
      call.job_id = job_id_;
      calls_[call.call];
    }
    send(call);
  }
  std::unique_lock lock(mutex_);
  const auto open = calls_.find(call.call);
  changed_.wait(lock, [&] { return open->second || run_ != run; });
  auto answer = std::move(open->second).value_or(ended_answer());
  calls_.erase(open);
  return answer;
}

bool HostLink::log(std::uint64_t run, wire::LogLevel level, std::string text) {
  const std::lock_guard sending(sending_);
  wire::Log line{0, level, std::move(text)};
  {
    const std::lock_guard lock(mutex_);
    if (run_ != run) return false;
    line.job_id = job_id_;
  }
  send(line);
  return true;
}

bool HostLink::cancelled(std::uint64_t run) const {
  const std::lock_guard lock(mutex_);
  return run_ != run || cancelled_;
}

}  // namespace fh
