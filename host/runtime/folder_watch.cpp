#include "runtime/folder_watch.h"

#include <Poco/Delegate.h>
#include <Poco/DirectoryWatcher.h>
#include <Poco/Exception.h>

#include "base/check.h"

namespace fh {

class FolderWatch::Listener {
 public:
  Listener(const std::filesystem::path& folder, std::function<void()> changed)
      : changed_(std::move(changed)), watcher_(folder.string()) {
    watcher_.itemAdded += Poco::delegate(this, &Listener::on_event);
    watcher_.itemRemoved += Poco::delegate(this, &Listener::on_event);
    watcher_.itemModified += Poco::delegate(this, &Listener::on_event);
    watcher_.itemMovedFrom += Poco::delegate(this, &Listener::on_event);
    watcher_.itemMovedTo += Poco::delegate(this, &Listener::on_event);
  }

 private:
  void on_event(const Poco::DirectoryWatcher::DirectoryEvent&) { changed_(); }

  std::function<void()> changed_;
  Poco::DirectoryWatcher watcher_;
};

FolderWatch::FolderWatch(const std::filesystem::path& folder, std::function<void()> changed) try
    : listener_(std::make_unique<Listener>(folder, std::move(changed))) {
} catch (const Poco::Exception& error) {
  throw HostError("plugins: cannot watch " + folder.string() + ": " + error.displayText());
}

FolderWatch::~FolderWatch() = default;

}  // namespace fh
