// DiskWatch: looks every second, and more often where it is scarce, at how much room there is for
// the store. Below the least that the configuration asks for it is low: then no delivery is taken
// and no run is started, and what runs has room to end. Room is what is free on the store's disk,
// and what is free inside its file, which is used before the file grows; but a quarter of the least
// must be on the disk, for the WAL. An eighth more than the least makes it good again, so that it
// does not go to and fro. One thread; low(), scarce(), free_bytes() and text() from any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace fh {

class DiskWatch {
 public:
  /// Bytes that are free, nullopt when that cannot be said; a fault point of the tests.
  using Probe = std::function<std::optional<std::uint64_t>()>;

  /// `least` is in bytes; 0: never low. `on_disk` and `inside` look at the store's disk and file
  /// unless they are given; the latter is asked only when the former is not enough.
  DiskWatch(const std::filesystem::path& store, std::uint64_t least, Probe on_disk = {},
            Probe inside = {});
  ~DiskWatch() { stop(); }

  /// Called on the watch's thread, and in start(), whenever low() has changed. Set before start().
  void set_on_change(std::function<void(bool low)> changed) { changed_ = std::move(changed); }
  /// Called at every look, when it is known what there is. Set before start().
  void set_on_look(std::function<void()> looked) { looked_ = std::move(looked); }
  /// Looks once before it returns.
  void start();
  void stop();
  /// One look; the thread makes them, and so may a test that did not start it.
  void look();

  bool low() const { return low_; }
  /// Near the least: a WAL that grows to its full length could make it low.
  bool scarce() const { return scarce_; }
  /// False when the disk could not be asked; that is not taken for full.
  bool known() const { return known_; }
  /// On the disk.
  std::uint64_t free_bytes() const { return free_; }
  std::uint64_t least_bytes() const { return least_; }
  /// "3 MiB are free on the store's disk, less than the 64 MiB of ingest.min_free_disk: make 69 MiB
  /// of room on it".
  std::string text() const;

 private:
  void loop();

  const std::uint64_t least_;
  const Probe on_disk_;
  const Probe inside_file_;
  std::function<void(bool)> changed_;
  std::function<void()> looked_;
  std::atomic<bool> low_{false};
  std::atomic<bool> scarce_{false};
  std::atomic<bool> known_{true};
  std::atomic<std::uint64_t> free_{0};
  std::atomic<std::uint64_t> inside_{0};  // the store's file; 0 when it was not asked

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace fh
