#include "base/json_pointer.h"
#include "config/config_sections.h"

namespace fh {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLongestName = 64;
constexpr std::int64_t kMostPortal = 999'999'999'999;

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

std::vector<std::string> sender_names() {
  std::vector<std::string> names;
  for (const Sender& sender : senders()) names.push_back(sender.name);
  return names;
}

void read_mapping(ConfigReader& in, SourceConfig& source) {
  const Sender* sender = find_sender_named(source.sender);
  if (in.has("mapping") && sender != nullptr && !sender->takes_mapping)
    in.mistake("mapping", "means nothing to sender \"" + source.sender +
                              "\", whose bodies are known: leave it out");
  ConfigReader mapping = in.section("mapping");
  for (const MappingKey& one : mapping_keys()) {
    const std::string pointer = mapping.text_or_empty(one.key);
    if (!mapping.has(one.key)) continue;
    source.mapping.*one.part = pointer;
    if (!is_json_pointer(pointer))
      mapping.mistake(one.key,
                      "\"" + pointer + "\" is no JSON Pointer such as \"/data/id\" (\"\" is all)");
  }
  if (source.sender == "generic" && !source.mapping.uuid && !source.mapping.id)
    in.mistake("mapping", "of sender \"generic\" needs \"id\" or \"uuid\": whose record it is");
}

// What the record is and what happened to it; needed where the body does not say it. Which sender
// is meant where none has that name, and so what it says, is not known.
void read_what(ConfigReader& in, SourceConfig& source) {
  const Sender* sender = find_sender_named(source.sender);
  const bool body_says = sender == nullptr || sender->says_record || source.mapping.type;
  const auto choice = [&](const char* key, const std::vector<std::string>& known) {
    return in.choice(key, known, body_says ? std::optional<std::string>("") : std::nullopt);
  };
  const std::string record = choice("record", {"contact", "company"});
  source.record = record_type_from(record).value_or(source.record);
  source.only_record = in.has("record");
  const std::string event = choice("event", {"created", "updated", "deleted"});
  source.event = event_kind_from(event).value_or(source.event);
}

SourceConfig read_source(ConfigReader& in, const IngestConfig& ingest) {
  SourceConfig source;
  source.name = read_name(in, "name");
  source.path = read_path(in);
  source.sender = in.choice("sender", sender_names());
  source.account = read_name(in, "account", source.sender);
  read_mapping(in, source);
  read_what(in, source);
  const Sender* sender = find_sender_named(source.sender);
  source.portal = in.number("portal", 0, {1, kMostPortal});
  if (in.has("portal") && sender != nullptr && source.sender != "hubspot")
    in.mistake("portal", "means something to sender \"hubspot\" alone: leave it out");
  source.ignore_fields = in.texts("ignore_fields");
  source.ignore_actors = in.texts("ignore_actors");
  if (!source.ignore_actors.empty() && sender != nullptr && !sender->says_actor &&
      !source.mapping.actor)
    in.mistake("ignore_actors", "needs mapping.actor: where the bodies of sender \"" +
                                    source.sender + "\" say who made the change is not known");
  source.first_seen = in.choice("first_seen", {"baseline", "changed"}, "baseline") == "changed"
                          ? SourceConfig::FirstSeen::changed
                          : SourceConfig::FirstSeen::baseline;
  ConfigReader dedupe = in.section("dedupe");
  source.dedupe_window = dedupe.duration("window", source.dedupe_window, {0ms, 7 * 24h});
  read_traffic(in, source, ingest);
  // Of a retired source nothing is verified, and its secrets may be gone.
  if (source.retired && !in.has("verify"))
    source.verify.scheme = Unauthenticated{};
  else
    source.verify = read_verify(in, source.path);
  if (auto* token = std::get_if<BodyToken>(&source.verify.scheme))
    token->max_depth = source.max_depth;
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
    if (source.portal != 0 && earlier[i].portal != 0 && source.portal != earlier[i].portal &&
        source.account == earlier[i].account)
      in.mistake("account", "\"" + source.account + "\" is that of " + other +
                                ", whose portal is another: give each portal an account of its "
                                "own, for ids are unique in a portal only");
    if (source.path.empty() || earlier[i].path.empty()) continue;
    if (takes(source, earlier[i].path) || takes(earlier[i], source.path))
      in.mistake("path", "\"" + source.path + "\" is taken by " + other);
  }
}

}  // namespace

std::vector<SourceConfig> read_sources(ConfigReader& top, const IngestConfig& ingest) {
  std::vector<SourceConfig> sources;
  top.each_item("sources", [&](ConfigReader& in) {
    SourceConfig source = read_source(in, ingest);
    check_against(in, source, sources);
    sources.push_back(std::move(source));
  });
  return sources;
}

}  // namespace fh
