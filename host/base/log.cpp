#include "base/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>

#include "base/check.h"
#include "base/clock.h"

namespace fh {
namespace {

std::atomic<int> g_level{static_cast<int>(LogLevel::info)};
std::atomic<int> g_fd{STDERR_FILENO};

bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  for (const unsigned char c : text)
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) return true;
  return false;
}

void append_value(std::string& line, std::string_view text) {
  if (!needs_quotes(text)) {
    line += text;
    return;
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  line += '"';
  for (const unsigned char c : text) {
    if (c == '"' || c == '\\') {
      line += '\\';
      line += static_cast<char>(c);
    } else if (c == '\n') {
      line += "\\n";
    } else if (c < ' ' || c == 0x7f) {
      line += "\\x";
      line += kDigits[c >> 4];
      line += kDigits[c & 15];
    } else {
      line += static_cast<char>(c);
    }
  }
  line += '"';
}

void write_line(LogLevel level, const char* name, std::string_view event, LogFields fields) {
  if (static_cast<int>(level) > g_level.load(std::memory_order_relaxed)) return;
  std::string line = rfc3339(SystemClock().now());
  line += ' ';
  line += name;
  line += ' ';
  line += event;
  for (const LogField& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field.value);
  }
  line += '\n';
  // One write() per line: lines of several threads never mix. A log that cannot be written has
  // nobody to tell.
  [[maybe_unused]] const auto written = ::write(g_fd.load(), line.data(), line.size());
}

}  // namespace

void log_error(std::string_view event, LogFields fields) {
  write_line(LogLevel::error, "error", event, fields);
}
void log_warning(std::string_view event, LogFields fields) {
  write_line(LogLevel::warning, "warning", event, fields);
}
void log_info(std::string_view event, LogFields fields) {
  write_line(LogLevel::info, "info", event, fields);
}
void log_debug(std::string_view event, LogFields fields) {
  write_line(LogLevel::debug, "debug", event, fields);
}

void set_log_level(LogLevel level) { g_level = static_cast<int>(level); }

void log_to_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0) throw_errno("log: cannot open " + path);
  g_fd = fd;  // kept for the life of the process
}

}  // namespace fh
