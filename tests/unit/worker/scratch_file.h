// ScratchFile: a place for a file that a plugin writes, empty at first, gone with this.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/child_process.h"

namespace fh::test {

class ScratchFile {
 public:
  ScratchFile()
      : path_(std::filesystem::temp_directory_path() /
              ("fieldhook-worker-test-" + std::to_string(own_pid()) + "-" +
               std::to_string(made_++))) {}
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() { std::filesystem::remove(path_); }

  std::string path() const { return path_.string(); }
  std::string text() const {
    std::ifstream file(path_);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

 private:
  static inline int made_ = 0;
  std::filesystem::path path_;
};

}  // namespace fh::test
