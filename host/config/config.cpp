#include "config/config.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/joined.h"
#include "config/config_sections.h"
#include "config/config_text.h"

namespace fh {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = kMiB;

std::string read_file(const fs::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file || fs::is_directory(path)) {
    const std::string cause = errno != 0 ? std::strerror(errno) : "not a file";
    throw ConfigErrors({"config: cannot read " + path.string() + ": " + cause});
  }
  std::string text(kLargestFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestFile)
    throw ConfigErrors({"config: " + path.string() + " is larger than 1 MiB"});
  return text;
}

// Whether both cannot be opened: one port, and one address or every one.
bool collide(const ListenAddress& one, const ListenAddress& other) {
  const auto everywhere = [](const ListenAddress& address) {
    return address.host == "0.0.0.0" || address.host == "::";
  };
  return one.port != 0 && one.port == other.port &&
         (one.host == other.host || everywhere(one) || everywhere(other));
}

Config read_document(const Json& document, Reading& reading) {
  ConfigReader top(document, reading);
  Config config;
  top.text_or_empty("$schema");  // for editors; nothing here reads it
  config.ingest = read_ingest(top.section("ingest"));
  config.admin = read_admin(top.section("admin"));
  if (collide(config.ingest.listen, config.admin.listen))
    reading.mistake("admin.listen", "takes the port of ingest.listen: give each its own");
  config.store = read_store(top);
  config.workers = read_workers(top.section("workers"));
  config.plugins = read_plugins(top.section("plugins"));
  config.sources = read_sources(top, config.ingest);
  config.retention = read_retention(top.section("retention"));
  config.log = read_log(top.section("log"));
  return config;
}

// A document that takes every branch of the reading, and nothing else.
Json every_branch() {
  const Json nothing = Json::object();
  const Json secrets = Json::array({{{"name", "a"}, {"from", "env:NAME"}}});
  Json sources = Json::array();
  for (const std::string& scheme : verify_schemes())
    sources.push_back({{"verify", {{"scheme", scheme}, {"secrets", secrets}}}});
  return {{"admin", {{"tokens", secrets}}},
          {"plugins",
           {{"settings", {{"*", nothing}}},
            {"secrets", {{"*", {{"*", "env:NAME"}}}}},
            {"limits", {{"*", nothing}}}}},
          {"sources", sources}};
}

}  // namespace

const SourceConfig* Config::find_source(std::string_view name) const {
  for (const SourceConfig& source : sources)
    if (source.name == name) return &source;
  return nullptr;
}

ConfigErrors::ConfigErrors(std::vector<std::string> mistakes)
    : HostError(joined(mistakes, "\n")), mistakes_(std::move(mistakes)) {}

Config load_config(const fs::path& path, const LoadOptions& options) {
  const fs::path file = fs::absolute(path).lexically_normal();
  return read_config(read_file(file), file, options);
}

Config read_config(std::string_view text, const fs::path& file, const LoadOptions& options) {
  const ConfigText parsed = parse_config_text(text);
  if (parsed.syntax_error)
    throw ConfigErrors({"config: " + file.string() + ": " + *parsed.syntax_error});

  Reading reading{file.parent_path(), options, {}, {}};
  for (const std::string& place : parsed.repeated_keys)
    reading.mistake(place, "stands twice in one object");
  Config config = read_document(parsed.value, reading);
  if (!reading.mistakes.empty()) throw ConfigErrors(std::move(reading.mistakes));
  config.file = file;
  return config;
}

std::vector<std::string> warnings_of(const Config& config, TimePoint now) {
  std::vector<std::string> warnings;
  for (const SourceConfig& source : config.sources) {
    if (source.retired || source.verify.can_verify(now)) continue;
    std::string text = "source \"" + source.name + "\" can verify no request";
    for (const UnusableSecret& secret : source.verify.unusable(now))
      text += ": secret \"" + secret.name + "\" cannot be used: " + secret.why;
    warnings.push_back(std::move(text));
  }
  return warnings;
}

std::set<std::string> known_config_keys() {
  LoadOptions options;
  options.read_secrets = false;
  Reading reading{{}, options, {}, {}};
  read_document(every_branch(), reading);
  return reading.known_keys;
}

}  // namespace fh
