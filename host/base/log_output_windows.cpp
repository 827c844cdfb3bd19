#include "base/log_output.h"
#include "base/windows_api.h"

namespace fh {

NativeHandle open_to_append(const std::string& path) {
  const HANDLE file = ::CreateFileW(wide(path).c_str(), FILE_APPEND_DATA,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                    OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (file == INVALID_HANDLE_VALUE) throw_last_error("log: cannot open " + path);
  return file;
}

// Whoever writes to the old one keeps it: it stays open.
NativeHandle reopen_to_append(NativeHandle, const std::string& path) {
  return open_to_append(path);
}

void write_line_to(NativeHandle output, std::string_view line) {
  DWORD written = 0;
  ::WriteFile(output == kNoHandle ? ::GetStdHandle(STD_ERROR_HANDLE) : output, line.data(),
              static_cast<DWORD>(line.size()), &written, nullptr);
}

}  // namespace fh
