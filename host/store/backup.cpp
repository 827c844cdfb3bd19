#include "store/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/check.h"
#include "base/unique_fd.h"
#include "store/read_connection.h"
#include "store/schema.h"
#include "store/statement.h"
#include "store/store_content.h"

namespace fh {
namespace {

namespace fs = std::filesystem;

// Gone unless it was given its name.
class PartialFile {
 public:
  explicit PartialFile(fs::path path) : path_(std::move(path)) {
    std::error_code ignored;
    fs::remove(path_, ignored);
    // It holds people's records: for its owner only, from the first byte on.
    const UniqueFd fd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) throw_errno("backup: cannot write " + path_.string());
  }
  ~PartialFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  PartialFile(const PartialFile&) = delete;

  const fs::path& path() const { return path_; }
  void become(const fs::path& name) {
    const UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    const UniqueFd folder(::open(fs::absolute(name).parent_path().c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0 || ::rename(path_.c_str(), name.c_str()) != 0 || !folder ||
        ::fsync(folder.get()) != 0)
      throw_errno("backup: cannot write " + name.string());
  }

 private:
  const fs::path path_;
};

// In one read transaction, so as of one moment, whatever the host writes meanwhile.
void copy_content(Database& from, const fs::path& to) {
  try {
    from.run("VACUUM INTO ?", to.string());
  } catch (const StoreError& error) {
    throw HostError("backup: cannot write " + to.string() + ": " + error.what());
  }
}

// The host of the original has it open; nobody has the copy open.
void close_copy(sqlite3* handle, TimePoint now) {
  Database db(handle);
  db.query("PRAGMA journal_mode = DELETE").run();
  auto version = db.query("PRAGMA user_version");
  CHECK(version.next());
  if (version.integer(0) >= kFirstVersionThatRecordsTheEnd)
    db.run("UPDATE host_runs SET ended_at_ms = ? WHERE ended_at_ms IS NULL", to_ms(now));
  auto check = db.query("PRAGMA quick_check(1)");
  if (!check.next() || check.text(0) != "ok")
    throw HostError("backup: the store is damaged (" + check.text(0) +
                    "): see what 'fieldhook doctor' says, and keep your earlier backups");
}

}  // namespace

std::uintmax_t back_up_store(const fs::path& store, const fs::path& to, TimePoint now) {
  if (fs::exists(to))
    throw HostError("backup: " + to.string() + " exists already: give a name that is free");
  refuse_emptied(store);
  const SqliteHandle from = open_for_reading(store);
  Database original(from.get());
  refuse_unfit(original, store);  // a backup of it would pass for a store that its host had closed
  PartialFile partial(to.string() + ".partial");
  copy_content(original, partial.path());
  {
    sqlite3* opened = nullptr;
    sqlite3_open_v2(partial.path().c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr);
    const SqliteHandle copy(opened);
    close_copy(copy.get(), now);
  }
  partial.become(to);
  return fs::file_size(to);
}

}  // namespace fh
