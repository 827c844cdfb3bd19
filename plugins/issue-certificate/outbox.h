// Puts a whole file into a folder, or nothing: a reader of the folder never sees half a file, and a
// file that was put there survives a power cut. One writer at a time for one name.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace certificate {

/// Makes the folder if need be and replaces any file of that name. `name` has no '/'. Readable by
/// the owner only. Throws std::system_error (no space, no permission); then the name is as it was,
/// and a hidden ".<name>.part" may stay, which the next attempt overwrites.
std::filesystem::path put_file(const std::filesystem::path& folder, const std::string& name,
                               std::string_view bytes);

}  // namespace certificate
