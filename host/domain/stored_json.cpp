#include "domain/stored_json.h"

#include <algorithm>

#include "domain/snapshot.h"

namespace fh {
namespace {

// Each skip returns the place behind what stands at `at`; the text's end when it is cut short.
std::size_t skip_space(std::string_view text, std::size_t at) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

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

// A text may begin with a byte order mark, which is no part of its value (RFC 8259, section 8.1).
std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

// `key` with its quotes.
bool is_key(std::string_view key, std::string_view name) {
  if (key.find('\\') == std::string_view::npos) return key.substr(1, key.size() - 2) == name;
  return Json::parse(key, nullptr, false) == name;
}

// FNV-1a.
void add(std::uint64_t& hash, std::string_view text) {
  for (const unsigned char c : text) hash = (hash ^ c) * 1099511628211ULL;
  hash = (hash ^ 0xffU) * 1099511628211ULL;
}

}  // namespace

std::optional<std::string_view> stored_member(std::string_view object, std::string_view name) {
  object = without_mark(object);
  std::size_t at = skip_space(object, 0);
  if (at == object.size() || object[at] != '{') return std::nullopt;
  at = skip_space(object, at + 1);
  while (at < object.size() && object[at] == '"') {
    const std::size_t key_end = skip_string(object, at);
    const std::size_t colon = skip_space(object, key_end);
    const std::size_t value = skip_space(object, std::min(colon + 1, object.size()));
    const std::size_t value_end = skip_value(object, value);
    if (value == value_end) return std::nullopt;
    if (is_key(object.substr(at, key_end - at), name))
      return object.substr(value, value_end - value);
    const std::size_t comma = skip_space(object, value_end);
    at = skip_space(object, std::min(comma + 1, object.size()));
  }
  return std::nullopt;
}

std::optional<std::string_view> stored_at(std::string_view text, std::string_view pointer) {
  std::optional<std::string_view> at = without_mark(text);
  while (at && !pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    if (token.find('~') != std::string_view::npos) return std::nullopt;
    at = stored_member(*at, token);
    pointer.remove_prefix(token.size());
  }
  return at;
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
