// RefusedListFile: the refused list's copy on disk, so that a restart does not take the answer to
// "why did nothing arrive last night?" with it. Strangers decide what is refused, so the file is
// written at most once in ten seconds and has a limit of its own, of which each source has an equal
// share; it is no part of the store, and whatever is wrong with it is logged and stops nothing. One
// thread at a time.
#pragma once

#include <filesystem>
#include <set>

#include "ingress/refused_list.h"

namespace fh {

class RefusedListFile {
 public:
  static constexpr std::size_t kMostBytes = 1024 * 1024;  // the newest requests of each go first
  static constexpr Millis kBetweenWrites{10'000};

  RefusedListFile(std::filesystem::path file, RefusedList& list)
      : file_(std::move(file)), list_(list) {}

  /// What an earlier host refused for these sources goes into the list.
  void load(const std::set<std::string>& sources);
  /// Writes what is new, unless that was done just now. `steady`: Clock::steady().
  void save_if_due(Millis steady);
  /// Writes what is new.
  void save();

 private:
  const std::filesystem::path file_;
  RefusedList& list_;
  std::uint64_t saved_ = 0;  // of list_.added()
  Millis next_{};
};

}  // namespace fh
