#include "domain/stored_json.h"

#include <algorithm>

#include "domain/snapshot.h"

namespace fh {
namespace {

// Each skip returns the place behind what stands at `at`; the text's end when it is cut short.
std::size_t skip_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return std::min(at + 1, text.size());
}

std::size_t skip_value(std::string_view text, std::size_t at) {
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;  // the end of the object around a plain value
      --depth;
      ++at;
    } else if (c == ',' && depth == 0) {
      return at;
    } else {
      ++at;
      continue;
    }
    if (depth == 0) return at;
  }
  return text.size();
}

// FNV-1a.
void add(std::uint64_t& hash, std::string_view text) {
  for (const unsigned char c : text) hash = (hash ^ c) * 1099511628211ULL;
  hash = (hash ^ 0xffU) * 1099511628211ULL;
}

}  // namespace

std::optional<std::string_view> stored_member(std::string_view object, std::string_view name) {
  if (!object.starts_with('{')) return std::nullopt;
  const std::string wanted = to_text(Json(std::string(name)));
  std::size_t at = 1;
  while (at < object.size() && object[at] == '"') {
    const std::size_t key_end = skip_string(object, at);
    if (key_end == object.size()) return std::nullopt;
    const std::size_t value = key_end + 1;
    const std::size_t value_end = skip_value(object, value);
    if (object.substr(at, key_end - at) == wanted) return object.substr(value, value_end - value);
    at = value_end + 1;
  }
  return std::nullopt;
}

std::optional<Json> stored_field(std::string_view snapshot, std::string_view path) {
  if (path.find('.') != std::string_view::npos) {
    const Json whole = Json::parse(snapshot);
    const Json* found = find_field(whole, path);
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  auto text = stored_member(snapshot, path);
  if (!text) {
    const auto custom = stored_member(snapshot, kCustomFields);
    if (custom) text = stored_member(*custom, path);
  }
  return text ? std::optional(Json::parse(*text)) : std::nullopt;
}

std::int64_t shape_of(const Json& snapshot) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const auto& [name, value] : snapshot.items()) {
    add(hash, name);
    if (name != kCustomFields || !value.is_object()) continue;
    for (const auto& custom : value.items()) add(hash, custom.key());
  }
  return static_cast<std::int64_t>(hash | 1U);
}

}  // namespace fh
