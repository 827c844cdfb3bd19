#include "config/config_reader.h"

#include <algorithm>

#include "base/joined.h"
#include "config/config_text.h"
#include "config/suggestion.h"
#include "domain/manifest.h"

namespace fh {
namespace {

constexpr std::size_t kMostItems = 1000;

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

template <class T, class Write>
std::string between(Range<T> range, Write write) {
  return "(" + write(range.least) + " to " + write(range.most) + ")";
}

}  // namespace

void Reading::mistake(const std::string& place, const std::string& text) {
  mistakes.push_back("config: " + place + (place.empty() ? "" : " ") + text);
}

ConfigReader::ConfigReader(const Json* value, std::string place, std::string shape,
                           Reading& reading)
    : place_(std::move(place)), shape_(std::move(shape)), reading_(reading) {
  if (value == nullptr) return;
  if (value->is_object()) {
    object_ = value;
    return;
  }
  muted_ = true;
  reading_.mistake(place_, std::string("must be an object, not ") + value->type_name());
}

ConfigReader::~ConfigReader() {
  if (object_ == nullptr || any_key_ || muted_) return;
  const std::vector<std::string> known(asked_.begin(), asked_.end());
  for (const auto& [key, value] : object_->items()) {
    if (asked_.contains(key)) continue;
    reading_.mistake(place_.empty() ? "" : place_ + ":",
                     "unknown key " + quoted(key) + did_you_mean(key, known));
  }
}

std::string ConfigReader::place_of(const std::string& key) const { return join_place(place_, key); }

void ConfigReader::mistake(const std::string& key, const std::string& text) {
  if (!muted_) reading_.mistake(place_of(key), text);
}

const Json* ConfigReader::find(const std::string& key) const {
  if (object_ == nullptr) return nullptr;
  const auto found = object_->find(key);
  return found == object_->end() ? nullptr : &*found;
}

const Json* ConfigReader::ask(const std::string& key, Json::value_t type, const char* type_name) {
  asked_.insert(key);
  reading_.known_keys.insert(join_place(shape_, key));
  const Json* value = find(key);
  if (value == nullptr || value->type() == type) return value;
  mistake(key, std::string("must be ") + type_name + ", not " + value->type_name());
  return nullptr;
}

const std::string* ConfigReader::ask_text(const std::string& key) {
  const Json* value = ask(key, Json::value_t::string, "a text");
  return value == nullptr ? nullptr : &value->get_ref<const std::string&>();
}

std::string ConfigReader::text(const std::string& key, std::optional<std::string> fallback) {
  const std::string* value = ask_text(key);
  if (value == nullptr) {
    if (!fallback && !has(key)) mistake(key, "is missing");
    return fallback.value_or("");
  }
  if (value->empty()) mistake(key, "must not be empty");
  return *value;
}

std::string ConfigReader::text_or_empty(const std::string& key) {
  const std::string* value = ask_text(key);
  return value == nullptr ? std::string() : *value;
}

std::string ConfigReader::choice(const std::string& key, const std::vector<std::string>& known,
                                 std::optional<std::string> fallback) {
  const std::string* value = ask_text(key);
  if (value == nullptr) {
    if (!fallback && !has(key)) mistake(key, "is missing (known: " + joined(known, ", ") + ")");
    return fallback.value_or("");
  }
  if (std::find(known.begin(), known.end(), *value) != known.end()) return *value;
  const auto meant = nearest(*value, known);
  mistake(key, quoted(*value) + " is not known (known: " + joined(known, ", ") +
                   (meant ? "; did you mean " + quoted(*meant) + "?)" : ")"));
  return fallback.value_or("");
}

bool ConfigReader::flag(const std::string& key, bool fallback) {
  const Json* value = ask(key, Json::value_t::boolean, "true or false");
  return value == nullptr ? fallback : value->get<bool>();
}

std::vector<std::string> ConfigReader::texts(const std::string& key,
                                             std::vector<std::string> fallback) {
  const Json* list = ask(key, Json::value_t::array, "a list");
  if (list == nullptr) return fallback;
  std::vector<std::string> texts;
  for (const Json& item : *list) {
    if (item.is_string() && item != "")
      texts.push_back(item);
    else
      mistake(key, "must be a list of texts that are not empty");
  }
  if (texts.size() > kMostItems)
    mistake(key, "has more than " + std::to_string(kMostItems) + " items");
  return texts;
}

bool ConfigReader::is_text(const std::string& key, const std::vector<std::string>& texts) {
  asked_.insert(key);
  const Json* value = find(key);
  return value != nullptr && std::find(texts.begin(), texts.end(), *value) != texts.end();
}

std::int64_t ConfigReader::number(const std::string& key, std::int64_t fallback,
                                  Range<std::int64_t> range) {
  asked_.insert(key);
  reading_.known_keys.insert(join_place(shape_, key));
  const Json* value = find(key);
  if (value == nullptr) return fallback;
  const std::string limits =
      between(range, [](std::int64_t limit) { return std::to_string(limit); });
  if (!value->is_number_integer()) {
    mistake(key, "must be a whole number " + limits);
    return fallback;
  }
  const auto number = value->get<std::int64_t>();
  const bool wrapped = value->is_number_unsigned() && number < 0;
  if (!wrapped && number >= range.least && number <= range.most) return number;
  mistake(key, value->dump() + " is out of range " + limits);
  return fallback;
}

Millis ConfigReader::duration(const std::string& key, Millis fallback, Range<Millis> range) {
  const std::string* value = ask_text(key);
  if (value == nullptr) return fallback;
  const auto duration = parse_duration(*value);
  if (!duration)
    mistake(key, quoted(*value) + " is not a duration such as \"500ms\", \"10s\", \"10m\", \"2h\"");
  else if (*duration < range.least || *duration > range.most)
    mistake(key, quoted(*value) + " is out of range " + between(range, duration_text));
  else
    return *duration;
  return fallback;
}

std::size_t ConfigReader::size(const std::string& key, std::size_t fallback,
                               Range<std::size_t> range) {
  const std::string* value = ask_text(key);
  if (value == nullptr) return fallback;
  const auto size = parse_size(*value);
  if (!size)
    mistake(key, quoted(*value) + " is not a size such as \"512B\", \"64KiB\", \"1MiB\"");
  else if (*size < range.least || *size > range.most)
    mistake(key, quoted(*value) + " is out of range " + between(range, size_text));
  else
    return *size;
  return fallback;
}

ListenAddress ConfigReader::address(const std::string& key, const ListenAddress& fallback) {
  const std::string* value = ask_text(key);
  if (value == nullptr) return fallback;
  ParsedAddress parsed = parse_listen_address(*value);
  if (!parsed.refusal) return parsed.value;
  mistake(key, quoted(*value) + ": " + *parsed.refusal);
  return fallback;
}

std::filesystem::path ConfigReader::path(const std::string& key, const std::string& fallback) {
  return (reading_.folder / text(key, fallback)).lexically_normal();
}

Json ConfigReader::whole() {
  accept_any_key();
  return object_ == nullptr ? Json::object() : *object_;
}

ConfigReader ConfigReader::section(const std::string& key) {
  asked_.insert(key);
  reading_.known_keys.insert(join_place(shape_, key));
  return ConfigReader(find(key), place_of(key), join_place(shape_, key), reading_);
}

ConfigReader ConfigReader::required_section(const std::string& key) {
  if (has(key)) return section(key);
  asked_.insert(key);
  mistake(key, "is missing");
  return ConfigReader(join_place(shape_, key), reading_);
}

void ConfigReader::each_item(const std::string& key, const UseItem& use) {
  const Json* list = ask(key, Json::value_t::array, "a list");
  if (list == nullptr) return;
  if (list->size() > kMostItems)
    return mistake(key, "has more than " + std::to_string(kMostItems) + " items");
  for (std::size_t i = 0; i < list->size(); ++i) {
    ConfigReader item(&(*list)[i], place_of(key) + "[" + std::to_string(i) + "]",
                      join_place(shape_, key) + "[]", reading_);
    use(item);
  }
}

void ConfigReader::each_plugin(const std::string& key, const UseEntry& use) {
  const Json* map = ask(key, Json::value_t::object, "an object");
  if (map == nullptr) return;
  for (const auto& [name, value] : map->items()) {
    if (!is_plugin_name(name))
      mistake(key, "has " + quoted(name) + ", which is no plugin's name (" + kPluginNameRule + ")");
    ConfigReader entry(&value, join_place(place_of(key), name),
                       join_place(join_place(shape_, key), "*"), reading_);
    use(name, entry);
  }
}

}  // namespace fh
