#include <algorithm>

#include "config/config_sections.h"

namespace fh {
namespace {

using namespace std::chrono_literals;

constexpr Millis kLongest = 7 * 24h;
constexpr std::size_t kMostMemory = 1024 * 1024 * kMiB;
constexpr std::size_t kLeastMemory = 32 * kMiB;  // less, and no worker starts

std::optional<int> optional_number(ConfigReader& in, const std::string& key,
                                   Range<std::int64_t> range) {
  const auto number = in.number(key, range.least, range);
  return in.has(key) ? std::optional(static_cast<int>(number)) : std::nullopt;
}

std::optional<Millis> optional_duration(ConfigReader& in, const std::string& key,
                                        Range<Millis> range) {
  const Millis duration = in.duration(key, range.least, range);
  return in.has(key) ? std::optional(duration) : std::nullopt;
}

PluginLimits read_limits(ConfigReader& in) {
  PluginLimits limits;
  limits.slots = optional_number(in, "slots", {1, 1024});
  limits.max_attempts = optional_number(in, "max_attempts", {1, 1000});
  limits.timeout = optional_duration(in, "timeout", {100ms, kLongest});
  limits.backoff = optional_duration(in, "backoff", {1ms, kLongest});
  limits.backoff_max = optional_duration(in, "backoff_max", {1ms, kLongest});
  limits.per_record = static_cast<int>(in.number("per_record", limits.per_record, {0, 10'000}));
  limits.backlog = static_cast<std::size_t>(
      in.number("backlog", static_cast<std::int64_t>(limits.backlog), {1, 10'000'000}));
  limits.memory = in.size("memory", limits.memory, {0, kMostMemory});
  if (limits.memory > 0 && limits.memory < kLeastMemory)
    in.mistake("memory", "\"" + size_text(limits.memory) + "\" is out of range (" +
                             size_text(kLeastMemory) + " to " + size_text(kMostMemory) +
                             ", or 0B for no limit)");
  if (limits.backoff && limits.backoff_max && *limits.backoff > *limits.backoff_max)
    in.mistake("backoff_max", "\"" + duration_text(*limits.backoff_max) +
                                  "\" is less than backoff \"" + duration_text(*limits.backoff) +
                                  "\"");
  return limits;
}

}  // namespace

PluginsConfig read_plugins(ConfigReader in) {
  PluginsConfig plugins;
  plugins.directory = in.path("directory", "plugins");
  plugins.trust = in.choice("trust", {"owner", "none"}, "owner") == "none"
                      ? PluginsConfig::Trust::none
                      : PluginsConfig::Trust::owner;
  in.each_plugin("settings", [&](const std::string& name, ConfigReader& entry) {
    plugins.settings[name] = entry.whole();
  });
  in.each_plugin("secrets", [&](const std::string& name, ConfigReader& entry) {
    plugins.secrets[name] = entry.secret_refs();
  });
  in.each_plugin("limits", [&](const std::string& name, ConfigReader& entry) {
    plugins.limits[name] = read_limits(entry);
  });
  return plugins;
}

PluginLimits PluginsConfig::limits_of(const std::string& plugin) const {
  const auto found = limits.find(plugin);
  return found == limits.end() ? PluginLimits() : found->second;
}

std::size_t PluginsConfig::most_memory() const {
  std::size_t most = kDefaultWorkerMemory;
  for (const auto& [plugin, one] : limits) {
    if (one.memory == 0) return 0;
    most = std::max(most, one.memory);
  }
  return most;
}

}  // namespace fh
