#include <sstream>

#include "base/unique_handle.h"
#include "base/windows_api.h"
#include "runtime/file_stamp.h"

namespace fh {

FileStamp stamp_of(const std::filesystem::path& file) {
  const HANDLE handle = ::CreateFileW(file.c_str(), FILE_READ_ATTRIBUTES,
                                      FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                      nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (handle == INVALID_HANDLE_VALUE) return {error_text(::GetLastError())};
  const UniqueHandle opened(handle);
  FILE_BASIC_INFO basic{};
  BY_HANDLE_FILE_INFORMATION info{};
  if (!::GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic) ||
      !::GetFileInformationByHandle(handle, &info))
    return {error_text(::GetLastError())};
  // ChangeTime is the file system's own.
  std::ostringstream stamp;
  stamp << info.dwVolumeSerialNumber << ' ' << info.nFileIndexHigh << ' ' << info.nFileIndexLow
        << ' ' << info.dwFileAttributes << ' ' << info.nFileSizeHigh << ' ' << info.nFileSizeLow
        << ' ' << basic.LastWriteTime.QuadPart << ' ' << basic.ChangeTime.QuadPart;
  return {stamp.str()};
}

}  // namespace fh
