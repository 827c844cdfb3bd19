#include "support/fault_vfs.h"

#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/guarded.h"

namespace fh::test {
namespace {

std::atomic<int> g_seen{0};
std::atomic<int> g_copied{0};
std::atomic<int> g_due{0};  // 0: never
std::atomic<Fault> g_fault{Fault::fail};

// Whether this change is the one that goes wrong.
bool goes_wrong() {
  const int due = g_due;
  const int seen = ++g_seen;
  return due != 0 && (seen == due || (seen > due && g_fault == Fault::stays_full));
}

bool no_room() { return g_fault == Fault::full || g_fault == Fault::stays_full; }

// What of each file a power cut would leave.
Guarded<std::map<std::string, std::string>> g_synced;

std::string bytes_of(const char* path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

void note_synced(const char* path) {
  if (path == nullptr) return;  // a temporary file
  g_synced.with([&](auto& synced) { synced[path] = bytes_of(path); });
}

// What was there before anybody wrote to it is on disk. A second connection finds it noted.
void note_opened(const char* path) {
  if (path == nullptr) return;
  g_synced.with([&](auto& synced) {
    if (!synced.contains(path)) synced[path] = bytes_of(path);
  });
}

[[noreturn]] void lose_power() {
  if (g_fault == Fault::power_cut)
    g_synced.with([](auto& synced) {
      for (const auto& [path, bytes] : synced)
        if (std::filesystem::exists(path)) std::ofstream(path, std::ios::binary) << bytes;
    });
  ::_exit(kNoPower);
}

bool loses_power() { return g_fault == Fault::torn_write || g_fault == Fault::power_cut; }

struct alignas(8) File {
  sqlite3_file base;
  bool is_database;
  const char* path;  // SQLite's; lives as long as the file is open
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

bool is_database(sqlite3_file* file) { return reinterpret_cast<File*>(file)->is_database; }
sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real(); }

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
  if (is_database(file)) ++g_copied;
  if (!goes_wrong()) return real(file)->pMethods->xWrite(real(file), bytes, count, at);
  if (no_room()) return SQLITE_FULL;
  if (g_fault != Fault::fail) real(file)->pMethods->xWrite(real(file), bytes, count / 2, at);
  if (loses_power()) lose_power();
  return SQLITE_IOERR_WRITE;
}

int sync(sqlite3_file* file, int flags) {
  // A disk that is full can still be synced.
  if (!goes_wrong() || no_room()) {
    const int code = real(file)->pMethods->xSync(real(file), flags);
    if (code == SQLITE_OK) note_synced(reinterpret_cast<File*>(file)->path);
    return code;
  }
  if (loses_power()) lose_power();
  return SQLITE_IOERR_FSYNC;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (!goes_wrong() || no_room()) return real(file)->pMethods->xTruncate(real(file), size);
  if (loses_power()) lose_power();
  return SQLITE_IOERR_TRUNCATE;
}

int close(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }
int read(sqlite3_file* file, void* bytes, int count, sqlite3_int64 at) {
  return real(file)->pMethods->xRead(real(file), bytes, count, at);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real(file)->pMethods->xFileSize(real(file), size);
}
int lock(sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); }
int unlock(sqlite3_file* file, int level) {
  return real(file)->pMethods->xUnlock(real(file), level);
}
int check_lock(sqlite3_file* file, int* taken) {
  return real(file)->pMethods->xCheckReservedLock(real(file), taken);
}
int control(sqlite3_file* file, int what, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), what, argument);
}
int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
int characteristics(sqlite3_file* file) {
  return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** at) {
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, at);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int shm_unmap(sqlite3_file* file, int remove) {
  return real(file)->pMethods->xShmUnmap(real(file), remove);
}

const sqlite3_io_methods kMethods = {
    2,         close,      read,    write,       truncate,        sync,    file_size, lock,
    unlock,    check_lock, control, sector_size, characteristics, shm_map, shm_lock,  shm_barrier,
    shm_unmap, nullptr,    nullptr};

sqlite3_vfs* g_default = nullptr;

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* got) {
  file->pMethods = nullptr;
  reinterpret_cast<File*>(file)->is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  reinterpret_cast<File*>(file)->path = name;
  const int code = g_default->xOpen(g_default, name, real(file), flags, got);
  if (code == SQLITE_OK) note_opened(name);
  if (real(file)->pMethods != nullptr) file->pMethods = &kMethods;
  return code;
}

}  // namespace

std::string name_of(Fault fault) {
  switch (fault) {
    case Fault::fail: return "fail";
    case Fault::short_write: return "short_write";
    case Fault::torn_write: return "torn_write";
    case Fault::power_cut: return "power_cut";
    case Fault::full: return "full";
    case Fault::stays_full: return "stays_full";
  }
  return "";
}

void install_fault_vfs() {
  static sqlite3_vfs vfs;
  g_default = sqlite3_vfs_find(nullptr);
  vfs = *g_default;
  vfs.szOsFile = static_cast<int>(sizeof(File)) + g_default->szOsFile;
  vfs.zName = "fault";
  vfs.pNext = nullptr;
  vfs.xOpen = open;
  sqlite3_vfs_register(&vfs, 1);
}

void arm_fault(Fault fault, int call) {
  g_fault = fault;
  g_seen = g_copied = 0;
  g_due = call;
}

int changes_seen() { return g_seen; }

int copied_back() { return g_copied; }

}  // namespace fh::test
