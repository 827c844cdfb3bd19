#include "base/check.h"
#include "base/private_file.h"

namespace fh {

// Whoever opens it makes it, for the same users.
void make_private_file(const std::filesystem::path&) {}

void make_private_folder(const std::filesystem::path& folder) { make_folders(folder); }

void make_folders(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw HostError("cannot make the folder " + folder.string() + ": " + error.message());
}

}  // namespace fh
