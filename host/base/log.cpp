#include "base/log.h"

#include <algorithm>
#include <atomic>
#include <new>

#include "base/check.h"
#include "base/clock.h"
#include "base/log_output.h"

namespace fh {
namespace {

std::atomic<int> g_level{static_cast<int>(LogLevel::info)};
std::atomic<NativeHandle> g_output{kNoHandle};
std::string g_file;  // log_to_file()

// The size of the UTF-8 sequence that the text begins with; 0: it begins with none (RFC 3629).
std::size_t utf8_size(std::string_view text) {
  const auto byte = [text](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  // No longer form than needed, no surrogate, nothing above U+10FFFF.
  const unsigned lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < lowest || byte(1) > highest) return 0;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  for (std::size_t at = 2; at < size; ++at)
    if ((byte(at) & 0xc0) != 0x80) return 0;
  return size;
}

// What may drive a terminal: C0, DEL and C1, which UTF-8 writes as C2 80 to C2 9F.
bool is_control(std::string_view sequence) {
  const auto byte = [sequence](std::size_t at) { return static_cast<unsigned char>(sequence[at]); };
  if (sequence.size() == 1) return byte(0) < ' ' || byte(0) == 0x7f;
  return sequence.size() == 2 && byte(0) == 0xc2 && byte(1) < 0xa0;
}

bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == ' ' || c == '"' || c == '=' || c == '\\') return true;
    const std::size_t size = utf8_size(text.substr(at));
    if (size == 0 || is_control(text.substr(at, size))) return true;
    at += size;
  }
  return false;
}

void append_byte(std::string& line, unsigned char byte) {
  static constexpr char kDigits[] = "0123456789abcdef";
  line += "\\x";
  line += kDigits[byte >> 4];
  line += kDigits[byte & 15];
}

void append_value(std::string& line, std::string_view text) {
  if (!needs_quotes(text)) {
    line += text;
    return;
  }
  line += '"';
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t known = utf8_size(text.substr(at));
    const auto sequence = text.substr(at, std::max<std::size_t>(known, 1));
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (c == '\n') {
      line += "\\n";
    } else if (known == 0 || is_control(sequence)) {
      for (const char byte : sequence) append_byte(line, static_cast<unsigned char>(byte));
    } else {
      line += sequence;
    }
    at += sequence.size();
  }
  line += '"';
}

std::string line_of(const char* level, std::string_view event, LogFields fields) {
  std::string line = rfc3339(SystemClock().now());
  line += ' ';
  line += level;
  line += ' ';
  line += event;
  for (const LogField& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field.value);
  }
  line += '\n';
  return line;
}

void write_line(LogLevel level, const char* name, std::string_view event, LogFields fields) {
  if (static_cast<int>(level) > g_level.load(std::memory_order_relaxed)) return;
  try {
    write_line_to(g_output.load(), line_of(name, event, fields));
  } catch (const std::bad_alloc&) {
    // Code that reports a lack of memory must not fail for it.
  }
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
