// Where the commands find the configuration: --config, FIELDHOOK_CONFIG, or fieldhook.json here.
#pragma once

#include <cstdlib>
#include <string>

#include "cli/arguments.h"

namespace fh {

inline std::string config_path(const Arguments& arguments) {
  if (const auto path = arguments.option("config")) return *path;
  const char* path = std::getenv("FIELDHOOK_CONFIG");
  return path == nullptr || *path == '\0' ? "fieldhook.json" : path;
}

}  // namespace fh
