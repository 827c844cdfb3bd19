// The sections of a configuration, one function each. They note mistakes in the reader and return
// what could be read; the result counts only if no mistake was noted.
#pragma once

#include <string>
#include <vector>

#include "config/config_reader.h"

namespace fh {

// read_host.cpp
IngestConfig read_ingest(ConfigReader in);
AdminConfig read_admin(ConfigReader in);
std::filesystem::path read_store(ConfigReader& top);
WorkersConfig read_workers(ConfigReader in);
LogConfig read_log(ConfigReader in);
RetentionConfig read_retention(ConfigReader in);
void read_traffic(ConfigReader& in, SourceConfig& source);

// read_plugins.cpp
PluginsConfig read_plugins(ConfigReader in);

// read_sources.cpp
std::vector<SourceConfig> read_sources(ConfigReader& top);

// read_verify.cpp
/// `source_path` is the path of the source that is verified.
VerifyConfig read_verify(ConfigReader in, const std::string& source_path);
/// Their names in the file: "hmac-sha256", "url-token", "header-token".
const std::vector<std::string>& verify_schemes();

}  // namespace fh
