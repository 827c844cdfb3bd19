#include "base/log.h"

#include <atomic>

#include "base/check.h"
#include "base/clock.h"
#include "base/log_output.h"

namespace fh {
namespace {

std::atomic<int> g_level{static_cast<int>(LogLevel::info)};
std::atomic<NativeHandle> g_output{kNoHandle};
std::string g_file;  // log_to_file()

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
  write_line_to(g_output.load(), line);
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
  g_output = open_to_append(path);
  g_file = path;
}

void reopen_log() {
  if (g_file.empty()) return;
  try {
    g_output = reopen_to_append(g_output, g_file);
    log_info("log_reopened", {{"file", g_file}});
  } catch (const HostError& error) {
    log_error("log_not_reopened", {{"error", error.what()}});
  }
}

}  // namespace fh
