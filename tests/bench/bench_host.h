// BenchHost: a real fieldhookd with a store and a plugin folder of its own, on ports the system
// chose. What it has to say is read from its log; a line of level error ends the measurement. It is
// killed by its pid when dropped. One thread only.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/child_process.h"
#include "base/unique_fd.h"
#include "bench/bench.h"

namespace fh::bench {

inline constexpr const char* kNoop = "bench-noop";
inline constexpr int kSlots = 4;  // workers of kNoop
inline constexpr const char* kAbuse = "bench-abuse";
inline constexpr int kAbuseSlots = 2;

/// What a host lives in: its store, its plugins, its log. Two hosts after each other may share one.
class HostFolder {
 public:
  explicit HostFolder(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path store() const { return path_ / "fieldhook.db"; }
  std::filesystem::path starts() const { return path_ / "starts"; }
  /// Has kNoop note the start of each run in starts().
  void note_starts() { notes_starts_ = true; }
  /// kAbuse is going to be here: what it does is logged as errors, and its workers end at once.
  void expect_abuse() { abused_ = true; }
  bool abused() const { return abused_; }
  /// Puts a copy of the library there, by rename.
  void put_plugin(const std::filesystem::path& library) const;
  void remove_plugin(const std::string& name) const;
  /// Writes the configuration and returns its path.
  std::filesystem::path write_config() const;

 private:
  std::filesystem::path plugins() const { return path_ / "plugins"; }

  std::filesystem::path path_;
  bool notes_starts_ = false;
  bool abused_ = false;
};

class BenchHost {
 public:
  /// Returns when it is ready. Throws HostError when it ends or takes longer than a minute.
  BenchHost(const Bench& bench, HostFolder folder);

  std::uint16_t port() const { return port_; }
  pid_t pid() const { return process_->pid(); }
  const HostFolder& folder() const { return folder_; }
  /// From its spawn to its ready line.
  std::chrono::duration<double, std::milli> time_to_ready() const { return time_to_ready_; }

  /// Puts the plugin's file into the folder; returns when it is active.
  void add_plugin(const std::filesystem::path& library);
  /// Removes the plugin's file; returns when it is missing: its jobs are made and wait.
  void take_plugin(const std::string& name);

  /// Jobs of all plugins in that state.
  std::int64_t jobs(const std::string& state);
  /// Waits until so many jobs are completed since the host was first in this folder.
  void wait_completed(std::int64_t jobs);

  /// Waits until so many runs of the plugin ended.
  void wait_runs(const std::string& plugin, std::int64_t runs);

  /// SIGTERM; returns when it ended.
  void stop();

 private:
  /// The next line of the log with this text; lines before it are passed over.
  std::string wait_for_line(const std::string& text);
  std::optional<std::string> next_line();

  HostFolder folder_;
  UniqueFd log_;
  UniqueFd log_reader_;
  std::string log_text_;    // read and not yet looked at
  std::size_t log_at_ = 0;  // into log_text_
  std::unique_ptr<ChildProcess> process_;
  std::chrono::duration<double, std::milli> time_to_ready_{};
  std::uint16_t port_ = 0;
  std::uint16_t admin_port_ = 0;
};

}  // namespace fh::bench
