// What tells by a look at a file, without reading it, that it is not the one that was there before.
// Any thread.
#pragma once

#include <filesystem>
#include <string>

namespace fh {

/// Equal as long as the file is the same and nobody wrote to it or changed it otherwise, even if
/// its size and time of writing were put back to what they were. No file has FileStamp{}.
struct FileStamp {
  std::string text;
  bool operator==(const FileStamp&) const = default;
};

/// Of what cannot be looked at, the reason is the stamp.
FileStamp stamp_of(const std::filesystem::path& file);

}  // namespace fh
