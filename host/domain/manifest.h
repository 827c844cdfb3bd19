// Manifest: what a plugin says of itself, read from the JSON text its library hands over. The host
// keeps that text in the store and matches deliveries against it whether or not the library loads.
// Plain values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/watch.h"

namespace fh {

/// Stated limits of a manifest.
inline constexpr std::size_t kMaxManifestBytes = 256 * 1024;
inline constexpr std::size_t kMaxWatches = 1000;
inline constexpr std::size_t kMaxPluginName = 64;

/// Whether a plugin may be called so; in a manifest and in the configuration.
bool is_plugin_name(std::string_view name);
inline constexpr const char* kPluginNameRule =
    "1 to 64 of a-z, 0-9, '-', '_' and '.', not starting with '-' or '.'";

struct Manifest {
  std::string name;     // is_plugin_name()
  std::string version;  // free text; "" when not given
  std::string description;
  std::vector<Watch> watches;
  bool serial = true;  // runs of one record never overlap and start in the order accepted
  // What the plugin asks for; the configuration's plugins.limits overrides it.
  std::optional<int> max_attempts;
  std::optional<int> slots;
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<std::chrono::milliseconds> backoff;
  std::optional<std::chrono::milliseconds> backoff_max;
};

struct ParsedManifest {
  Manifest manifest;
  std::vector<std::string> mistakes;  // empty when the manifest can be used
};

/// Reads and checks manifest JSON; every mistake is listed.
ParsedManifest manifest_from_text(const std::string& text);

}  // namespace fh
