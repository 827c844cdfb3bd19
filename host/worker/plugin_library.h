// PluginLibrary: a plugin's shared library, loaded and found usable. It is never unloaded. What is
// wrong with one that cannot be used is told in a sentence that says what to do about it.
// Main thread only.
#pragma once

#include <fieldhook/abi.h>

#include <boost/dll/shared_library.hpp>
#include <stdexcept>
#include <string>

namespace fh {

class LibraryRefused : public std::runtime_error {
 public:
  explicit LibraryRefused(const std::string& text) : std::runtime_error(text) {}
};

class PluginLibrary {
 public:
  /// Loads the file and checks its symbol, version and size; asks for its manifest. Throws
  /// LibraryRefused. Code in the file runs here, and may take the process down.
  explicit PluginLibrary(const std::string& path);

  const fieldhook_plugin_table& plugin() const { return *plugin_; }
  /// As the plugin gave it; not empty.
  const std::string& manifest() const { return manifest_; }

 private:
  boost::dll::shared_library library_;
  const fieldhook_plugin_table* plugin_ = nullptr;
  std::string manifest_;
};

/// A fieldhook_reply that keeps the text in `text`.
fieldhook_reply reply_into(std::string& text);

}  // namespace fh
