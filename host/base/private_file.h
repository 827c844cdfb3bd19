// Files and folders that the host makes for itself, whatever umask it was started with: who may
// write one could put his own code or words into it. On Windows they inherit from the folder around
// them who may do what. Any thread.
#pragma once

#include <filesystem>

namespace fh {

/// Makes an empty file for its owner alone, unless it is there. When it cannot be made, the next
/// one to open it says so.
void make_private_file(const std::filesystem::path& file);

/// Makes the folder for its owner alone. One that is there stays as it is, but that others lose the
/// right to write it, which is logged. Throws HostError when it belongs to somebody else, neither
/// root nor this user, or cannot be made.
void make_private_folder(const std::filesystem::path& folder);

/// Makes the folder and those above it that are missing, for others to read at most. Those that are
/// there stay as they are. Throws HostError.
void make_folders(const std::filesystem::path& folder);

}  // namespace fh
