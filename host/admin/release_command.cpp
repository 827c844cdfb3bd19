#include "admin/release_command.h"

#include <algorithm>

#include "base/shell_quoted.h"

namespace fh {

namespace {

// What begins like an option is a value behind "=" only.
std::string with(const std::string& option, const std::string& value) {
  return " --" + option + (value.starts_with("--") ? "=" : " ") + shell_quoted(value);
}

}  // namespace

std::string release_command(const std::string& plugin, const RecordKey& record,
                            const std::vector<SourceConfig>& sources) {
  const auto any = [&](auto&& brings) {
    return std::any_of(sources.begin(), sources.end(), brings);
  };
  std::string command = "fieldhook jobs release --parked --plugin " + plugin;
  if (any([&](const SourceConfig& source) { return source.account != record.account; }))
    command += with("account", record.account);
  if (any([&](const SourceConfig& source) {
        return !source.only_record || source.record != record.type;
      }))
    command += " --type " + std::string(name_of(record.type));
  return command + with("record", record.key);
}

}  // namespace fh
