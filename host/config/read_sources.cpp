#include "config/config_sections.h"

namespace fh {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLongestName = 64;

// Names stand in logs, metrics and the API, so they are short and need no quotes anywhere.
std::string read_name(ConfigReader& in, const std::string& key,
                      std::optional<std::string> fallback = std::nullopt) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  const std::string name = in.text(key, std::move(fallback));
  if (name.find_first_not_of(kAllowed) != std::string::npos || name.size() > kLongestName)
    in.mistake(key, "\"" + name + "\" must be at most 64 of A-Z a-z 0-9 . _ -");
  return name;
}

std::string read_path(ConfigReader& in) {
  const std::string path = in.text("path");
  if (path.empty()) return path;
  if (path.front() != '/')
    in.mistake("path", "\"" + path + "\" must begin with \"/\"");
  else if (path.find_first_of(" \t\r\n?#") != std::string::npos)
    in.mistake("path", "\"" + path + "\" must have no blank, \"?\" or \"#\"");
  return path;
}

SourceConfig read_source(ConfigReader& in) {
  SourceConfig source;
  source.name = read_name(in, "name");
  source.path = read_path(in);
  source.sender = in.choice("sender", in.reading().options.known_senders);
  source.account = read_name(in, "account", source.sender);
  const std::string record = in.choice("record", {"contact", "company"});
  source.record = record_type_from(record).value_or(source.record);
  const std::string event = in.choice("event", {"created", "updated", "deleted"});
  source.event = event_kind_from(event).value_or(source.event);
  source.first_seen = in.choice("first_seen", {"baseline", "changed"}, "baseline") == "changed"
                          ? SourceConfig::FirstSeen::changed
                          : SourceConfig::FirstSeen::baseline;
  ConfigReader dedupe = in.section("dedupe");
  source.dedupe_window = dedupe.duration("window", source.dedupe_window, {0ms, 7 * 24h});
  read_traffic(in, source);
  source.verify = read_verify(in.required_section("verify"), source.path);
  return source;
}

// A token in the path takes every path one segment below the source's.
bool takes(const SourceConfig& source, const std::string& path) {
  if (source.path == path) return true;
  const auto* token = std::get_if<PathToken>(&source.verify.scheme);
  return token != nullptr && path.substr(0, path.rfind('/')) == token->base;
}

void check_against(ConfigReader& in, const SourceConfig& source,
                   const std::vector<SourceConfig>& earlier) {
  for (std::size_t i = 0; i < earlier.size(); ++i) {
    const std::string other = "sources[" + std::to_string(i) + "]";
    if (!source.name.empty() && source.name == earlier[i].name)
      in.mistake("name", "\"" + source.name + "\" is taken by " + other);
    if (source.path.empty() || earlier[i].path.empty()) continue;
    if (takes(source, earlier[i].path) || takes(earlier[i], source.path))
      in.mistake("path", "\"" + source.path + "\" is taken by " + other);
  }
}

}  // namespace

std::vector<SourceConfig> read_sources(ConfigReader& top) {
  std::vector<SourceConfig> sources;
  top.each_item("sources", [&](ConfigReader& in) {
    SourceConfig source = read_source(in);
    check_against(in, source, sources);
    sources.push_back(std::move(source));
  });
  return sources;
}

}  // namespace fh
