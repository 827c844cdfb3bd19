#include <fcntl.h>

#include "base/check.h"
#include "base/log_output.h"

namespace fh {

NativeHandle open_to_append(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (file < 0) throw_errno("log: cannot open " + path);
  return file;
}

NativeHandle reopen_to_append(NativeHandle output, const std::string& path) {
  const UniqueHandle fresh(open_to_append(path));
  if (::dup3(fresh.get(), output, O_CLOEXEC) < 0) throw_errno("log: cannot open " + path);
  return output;
}

void write_line_to(NativeHandle output, std::string_view line) {
  const int fd = output == kNoHandle ? STDERR_FILENO : output;
  [[maybe_unused]] const auto written = ::write(fd, line.data(), line.size());
}

}  // namespace fh
