// DiskWatch: looks every second at how much room the store's disk has left. Below the least that
// the configuration asks for it is low: then no delivery is taken and no run is started, and what
// runs has room to end. An eighth more than the least makes it good again, so that it does not go
// to and fro. One thread; low() and free_bytes() from any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

namespace fh {

class DiskWatch {
 public:
  /// Bytes that are free; a fault point of the tests.
  using Probe = std::function<std::uint64_t()>;

  /// `least` is in bytes; 0: never low.
  DiskWatch(const std::filesystem::path& store, std::uint64_t least, Probe probe = {});
  ~DiskWatch() { stop(); }

  /// Called on the watch's thread, and in start(), whenever low() has changed. Set before start().
  void set_on_change(std::function<void(bool low)> changed) { changed_ = std::move(changed); }
  /// Called at every look. Set before start().
  void set_on_look(std::function<void()> looked) { looked_ = std::move(looked); }
  /// Looks once before it returns.
  void start();
  void stop();
  /// One look; the thread makes them, and so may a test that did not start it.
  void look();

  bool low() const { return low_; }
  std::uint64_t free_bytes() const { return free_; }
  std::uint64_t least_bytes() const { return least_; }
  /// "3 MiB are free on the store's disk, less than the 64 MiB of ingest.min_free_disk".
  std::string text() const;

 private:
  void loop();

  const std::uint64_t least_;
  const Probe probe_;
  std::function<void(bool)> changed_;
  std::function<void()> looked_;
  std::atomic<bool> low_{false};
  std::atomic<std::uint64_t> free_{0};

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace fh
