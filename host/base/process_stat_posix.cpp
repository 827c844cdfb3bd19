#include "base/process_stat_posix.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace fh {

std::string stat_field(const std::filesystem::path& folder, int number) {
  std::ifstream file(folder / "stat");
  std::string stat;
  std::getline(file, stat, '\0');
  // The second field is a name in brackets, which may have brackets and blanks of its own.
  std::istringstream fields(stat.substr(std::min(stat.size(), stat.rfind(") ") + 2)));
  std::string field;
  for (int i = 3; i <= number; ++i) fields >> field;
  return fields ? field : "";
}

}  // namespace fh
