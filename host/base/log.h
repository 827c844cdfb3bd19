// One line per event: time, level, event, then key=value pairs, written to standard error or to a
// file. Values with blanks, quotes, control characters or bytes that are not UTF-8 are quoted and
// escaped, so one event is always one line of text. Keys are the same words everywhere: delivery,
// job, run, plugin, build, source. Never a body, never a secret. Safe from any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace fh {

enum class LogLevel { error, warning, info, debug };

/// One key=value pair; text is copied, numbers are written in decimal.
struct LogField {
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, std::int64_t v) : key(k), value(std::to_string(v)) {}
  LogField(std::string_view k, int v) : key(k), value(std::to_string(v)) {}
  LogField(std::string_view k, std::size_t v) : key(k), value(std::to_string(v)) {}

  std::string_view key;
  std::string value;
};

using LogFields = std::initializer_list<LogField>;

void log_error(std::string_view event, LogFields fields = {});
void log_warning(std::string_view event, LogFields fields = {});
void log_info(std::string_view event, LogFields fields = {});
void log_debug(std::string_view event, LogFields fields = {});

/// What is below the level is dropped. Default: info.
void set_log_level(LogLevel level);

/// Appends to the file from now on instead of standard error. Throws HostError if it cannot be
/// opened. Once, before there are other threads.
void log_to_file(const std::string& path);

/// Opens that file by its name again, which somebody may have moved away meanwhile, and says so in
/// it. When it cannot be opened, the lines go where they went. Without a file it does nothing.
void reopen_log();

}  // namespace fh
