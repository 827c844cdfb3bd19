// FolderWatch: says that something in a folder may have changed, some time after it did and at
// least once. What changed is for the listener to find out. Poco's DirectoryWatcher does the
// watching (inotify here, ReadDirectoryChangesW on Windows). The listener is called from its thread
// and must not wait.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

namespace fh {

class FolderWatch {
 public:
  /// Throws HostError when the folder cannot be watched.
  FolderWatch(const std::filesystem::path& folder, std::function<void()> changed);
  ~FolderWatch();

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

}  // namespace fh
