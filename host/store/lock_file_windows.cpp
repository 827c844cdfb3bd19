#include <utility>

#include "base/windows_api.h"
#include "store/lock_file.h"

// Not LockFileEx: its locks belong to a process, and go with it although others inherited the
// handle. To be open for writing, and to share only reading, belongs to the handle.

namespace fh {
namespace {

constexpr DWORD kAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

// Empty when somebody has it open who does not share it.
UniqueHandle open(const std::string& path, DWORD access, DWORD share, DWORD creation) {
  const HANDLE file = ::CreateFileW(wide(path).c_str(), access, share, nullptr, creation,
                                    FILE_ATTRIBUTE_NORMAL, nullptr);
  if (file != INVALID_HANDLE_VALUE) return UniqueHandle(file);
  if (::GetLastError() == ERROR_SHARING_VIOLATION) return {};
  throw_last_error("store: cannot open " + path + " (the host's user must be able to write there)");
}

}  // namespace

LockFile::LockFile(std::string path) : path_(std::move(path)) {
  open(path_, GENERIC_READ, kAll, OPEN_ALWAYS);
}

bool LockFile::try_lock() {
  if (!file_) file_ = open(path_, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, OPEN_EXISTING);
  return static_cast<bool>(file_);
}

void LockFile::write(std::string_view text) {
  DWORD written = 0;
  if (::SetFilePointer(file_.get(), 0, nullptr, FILE_BEGIN) == INVALID_SET_FILE_POINTER ||
      !::SetEndOfFile(file_.get()) ||
      !::WriteFile(file_.get(), text.data(), static_cast<DWORD>(text.size()), &written, nullptr))
    throw_last_error("store: cannot write " + path_);
}

bool is_locked(const std::string& path) {
  const HANDLE file =
      ::CreateFileW(wide(path).c_str(), GENERIC_WRITE, kAll, nullptr, OPEN_EXISTING, 0, nullptr);
  if (file == INVALID_HANDLE_VALUE) return ::GetLastError() == ERROR_SHARING_VIOLATION;
  ::CloseHandle(file);
  return false;
}

}  // namespace fh
