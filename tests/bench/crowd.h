// Crowd: a thousand connections, each from a loopback address of its own, that send a byte of a
// request every two seconds, spread evenly over that time, and never end it. The server closes each
// at its request deadline; it is opened again at once. A thread of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace fh::bench {

class Crowd {
 public:
  static constexpr std::size_t kConnections = 1'000;
  static constexpr std::chrono::milliseconds kBetweenBytes{2'000};

  /// Returns when all are connected; each has sent its first byte kBetweenBytes later. Throws
  /// HostError.
  explicit Crowd(std::uint16_t port);
  ~Crowd();
  Crowd(const Crowd&) = delete;

  /// How many were closed by the server, and opened again.
  std::size_t reopened() const { return reopened_; }

 private:
  using Steady = std::chrono::steady_clock;
  struct Connection {
    UniqueFd fd;
    std::size_t sent = 0;
  };

  void run();
  void open(std::uint32_t number);
  void wait_until(Steady::time_point next);
  void receive(std::uint32_t number);

  const std::uint16_t port_;
  UniqueFd epoll_;
  std::vector<Connection> connections_;
  std::atomic<std::size_t> reopened_{0};
  std::atomic<bool> stopping_{false};
  std::jthread thread_;
};

}  // namespace fh::bench
