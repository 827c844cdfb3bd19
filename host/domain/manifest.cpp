#include "domain/manifest.h"

#include <algorithm>
#include <limits>

namespace fh {
namespace {

class Reader {
 public:
  Reader(const Json& json, std::vector<std::string>& mistakes) : json_(json), mistakes_(mistakes) {}

  std::string text(const char* key) {
    const auto found = take(key);
    if (found == nullptr) return "";
    if (found->is_string()) return *found;
    mistakes_.push_back(std::string("\"") + key + "\" must be text");
    return "";
  }

  std::optional<std::int64_t> positive(const char* key) {
    const auto found = take(key);
    if (found == nullptr) return std::nullopt;
    constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
    if (found->is_number_integer() && *found > 0 && *found <= kMost)
      return found->get<std::int64_t>();
    mistakes_.push_back(std::string("\"") + key + "\" must be a whole number from 1 to " +
                        std::to_string(kMost));
    return std::nullopt;
  }

  std::optional<std::chrono::milliseconds> duration(const char* key) {
    const auto number = positive(key);
    if (!number) return std::nullopt;
    return std::chrono::milliseconds(*number);
  }

  const Json* take(const char* key) {
    known_.push_back(key);
    const auto found = json_.find(key);
    return found == json_.end() ? nullptr : &*found;
  }

  void refuse_unknown() {
    for (const auto& [key, value] : json_.items())
      if (std::find(known_.begin(), known_.end(), key) == known_.end())
        mistakes_.push_back("unknown key \"" + key + "\"");
  }

 private:
  const Json& json_;
  std::vector<std::string>& mistakes_;
  std::vector<std::string> known_;
};

void read_watches(const Json* list, ParsedManifest& parsed) {
  if (list == nullptr) return;
  if (!list->is_array() || list->size() > kMaxWatches) {
    parsed.mistakes.push_back("\"watches\" must be a list of at most " +
                              std::to_string(kMaxWatches));
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    ParsedWatch watch = watch_from_json((*list)[i]);
    if (watch.mistake.empty())
      parsed.manifest.watches.push_back(std::move(watch.watch));
    else
      parsed.mistakes.push_back("watches[" + std::to_string(i) + "]: " + watch.mistake);
  }
}

std::optional<int> as_int(std::optional<std::int64_t> number) {
  return number ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
}

}  // namespace

bool is_plugin_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
  return !name.empty() && name.size() <= kMaxPluginName && name[0] != '-' && name[0] != '.' &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

ParsedManifest manifest_from_text(const std::string& text) {
  ParsedManifest parsed;
  if (text.size() > kMaxManifestBytes) {
    parsed.mistakes.push_back("it is larger than " + std::to_string(kMaxManifestBytes) + " bytes");
    return parsed;
  }
  const StrictJson json = parse_strict(text);
  if (json.refusal || !json.value.is_object()) {
    parsed.mistakes.push_back(json.refusal ? json.refusal->reason : "it is not a JSON object");
    return parsed;
  }
  Reader reader(json.value, parsed.mistakes);
  Manifest& manifest = parsed.manifest;
  manifest.name = reader.text("name");
  if (!is_plugin_name(manifest.name))
    parsed.mistakes.push_back("\"name\" must be " + std::string(kPluginNameRule));
  manifest.version = reader.text("version");
  manifest.description = reader.text("description");
  manifest.max_attempts = as_int(reader.positive("max_attempts"));
  manifest.slots = as_int(reader.positive("slots"));
  manifest.timeout = reader.duration("timeout_ms");
  manifest.backoff = reader.duration("backoff_ms");
  manifest.backoff_max = reader.duration("backoff_max_ms");
  if (manifest.backoff && manifest.backoff_max && *manifest.backoff > *manifest.backoff_max)
    parsed.mistakes.push_back("\"backoff_max_ms\" is less than \"backoff_ms\"");
  const std::string ordering = reader.text("ordering");
  if (!ordering.empty() && ordering != "serial" && ordering != "none")
    parsed.mistakes.push_back("\"ordering\" must be \"serial\" or \"none\"");
  manifest.serial = ordering != "none";
  read_watches(reader.take("watches"), parsed);
  reader.refuse_unknown();
  return parsed;
}

}  // namespace fh
