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

// read_traffic.cpp
/// `ingest`: the limits that hold where the source says none.
void read_traffic(ConfigReader& in, SourceConfig& source, const IngestConfig& ingest);

// read_plugins.cpp
PluginsConfig read_plugins(ConfigReader in);

// read_sources.cpp
std::vector<SourceConfig> read_sources(ConfigReader& top, const IngestConfig& ingest);

// read_verify.cpp
/// The keys "verify" and "public_url" of a source whose path is `source_path`.
VerifyConfig read_verify(ConfigReader& source, const std::string& source_path);

// read_signature.cpp
/// `scheme` is one of signature_presets().
SignatureTemplate read_signature(ConfigReader& in, const std::string& scheme);
/// Notes a mistake at `key` when `header` cannot be a header's name (RFC 9110 section 5.6.2).
void check_header(ConfigReader& in, const std::string& key, const std::string& header);

// describe_verify.cpp
/// What read_verify() would take again: presets expanded, secrets as references.
Json describe_verify(const VerifyConfig& verify);
Json describe_secrets(const std::vector<Secret>& secrets);

}  // namespace fh
