#include "runtime/plugin_lines.h"

#include "base/log.h"

namespace fh {
namespace {

constexpr std::size_t kMaxLogText = 16 * 1024;  // the worker has cut it there, at a character

void log_plugin_line(LogFields fields, wire::LogLevel level) {
  switch (level) {
    case wire::LogLevel::error: return log_error("plugin_log", fields);
    case wire::LogLevel::warning: return log_warning("plugin_log", fields);
    case wire::LogLevel::info: return log_info("plugin_log", fields);
    case wire::LogLevel::debug: return log_debug("plugin_log", fields);
  }
}

}  // namespace

void PluginLines::logged(const wire::Log& log) {
  if (!has_room()) return;
  log_plugin_line({{"job", job_}, {"plugin", plugin_}, {"text", log.text.substr(0, kMaxLogText)}},
                  log.level);
}

void PluginLines::printed(const OutputLine& line) {
  if (!has_room()) return;
  log_info("plugin_output", {{"job", job_},
                             {"plugin", plugin_},
                             {"stream", line.is_error ? "stderr" : "stdout"},
                             {"text", line.text}});
}

bool PluginLines::has_room() {
  if (count_ > kMaxLoggedLines) return false;
  if (++count_ <= kMaxLoggedLines) return true;
  log_warning("plugin_output_cut",
              {{"job", job_}, {"plugin", plugin_}, {"lines", kMaxLoggedLines}});
  return false;
}

}  // namespace fh
