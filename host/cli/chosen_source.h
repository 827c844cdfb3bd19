// The source that --source names.
#pragma once

#include "cli/arguments.h"
#include "config/config.h"

namespace fh {

/// Throws UsageError when it is missing or names none; then it says which one may be meant.
inline SourceConfig chosen_source(const Config& config, const Arguments& arguments) {
  const auto name = arguments.option("source");
  if (!name) throw UsageError("--source NAME is missing: a source of " + config.file.string());
  if (const SourceConfig* source = config.find_source(*name)) return *source;
  std::vector<std::string> names;
  for (const SourceConfig& source : config.sources) names.push_back(source.name);
  throw UsageError("no source is named \"" + *name + "\"" + did_you_mean(*name, names) + " in " +
                   config.file.string());
}

}  // namespace fh
