// ConfigFile: a configuration in a folder of its own, gone when it is. Not thread-safe.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "config/config.h"

namespace fh {

class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text = "{}") {
    std::string pattern = (std::filesystem::temp_directory_path() / "fieldhook-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    folder_ = pattern;
    write("fieldhook.json", text);
  }
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;
  ~ConfigFile() { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::filesystem::path folder() const { return folder_; }
  std::filesystem::path path() const { return folder_ / "fieldhook.json"; }
  Config load(const LoadOptions& options = {}) const { return load_config(path(), options); }

  /// What load() reports; empty when it reports nothing.
  std::vector<std::string> mistakes() const {
    try {
      load();
      return {};
    } catch (const ConfigErrors& errors) {
      return errors.mistakes();
    }
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace fh
