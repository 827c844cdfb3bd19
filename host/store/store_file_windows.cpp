#include <io.h>

#include <cerrno>

#include "base/unique_handle.h"
#include "base/windows_api.h"
#include "store/store_file.h"

namespace fh {

int write_obstacle(const std::filesystem::path& path) {
  constexpr int kReadAndWrite = 6;
  return ::_waccess(path.c_str(), kReadAndWrite) == 0 ? 0 : errno;
}

std::string file_identity(const std::filesystem::path& file) {
  const HANDLE handle = ::CreateFileW(file.c_str(), FILE_READ_ATTRIBUTES,
                                      FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                      nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (handle == INVALID_HANDLE_VALUE) throw_last_error("store: cannot look at " + file.string());
  const UniqueHandle opened(handle);
  FILE_ID_INFO id{};
  if (!::GetFileInformationByHandleEx(handle, FileIdInfo, &id, sizeof id))
    throw_last_error("store: cannot look at " + file.string());
  // No time of birth with it, which a file inherits that is made soon after another of its name was
  // deleted: NTFS gives each use of a number a number of its own.
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string identity;
  for (const unsigned char byte : id.FileId.Identifier) {
    identity += kDigits[byte >> 4U];
    identity += kDigits[byte & 15U];
  }
  return identity;
}

}  // namespace fh
