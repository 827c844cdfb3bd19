// PluginFile: a file in the plugin folder, judged as bytes before anything loads it. The bytes that
// were judged are the bytes that were hashed and copied, so a file that changes meanwhile, or is
// not yet whole, never reaches a worker. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "config/config.h"

namespace fh {

/// A plugin file of more than this is refused.
inline constexpr std::uintmax_t kMaxPluginBytes = 512ULL << 20;

/// The private copy a worker loads.
struct PluginCopy {
  std::string build;  // SHA-256 of the bytes, hex
  std::filesystem::path path;
};

/// Why a file is not used: a sentence that says what to do.
struct PluginRefusal {
  std::string reason;
};

using JudgedFile = std::variant<PluginCopy, PluginRefusal>;

/// Hidden files are none.
bool is_plugin_file_name(const std::string& name);

/// Where the copy of a build is: in the folder `builds`, named by its hash.
std::filesystem::path copy_path(const std::filesystem::path& builds, const std::string& build);

/// Checks owner and permissions as `trust` asks, checks that the bytes are a whole shared library
/// for this machine, and keeps a copy at copy_path(), in a folder made if need be; one that
/// is there already must be sound. Throws HostError when the copy cannot be written,
/// or this process has no descriptor for the file: that is no verdict on it.
JudgedFile judge_plugin_file(const std::filesystem::path& file, PluginsConfig::Trust trust,
                             const std::filesystem::path& builds);

/// Whether a copy is what its name says, and only root or the host's own user could have written
/// it.
bool is_sound_copy(const std::filesystem::path& copy);

/// Why the file would be refused, judged the same way but neither copied nor loaded; "" when it
/// would not.
std::string mistake_in_plugin_file(const std::filesystem::path& file, PluginsConfig::Trust trust);

/// What keeps the folder itself from being trusted; "" when nothing does.
std::string mistrust_of_folder(const std::filesystem::path& folder, PluginsConfig::Trust trust);

}  // namespace fh
