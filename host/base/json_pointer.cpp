#include "base/json_pointer.h"

#include <charconv>

namespace fh {
namespace {

const Json* member_of(const Json& value, const std::string& token) {
  if (value.is_object()) {
    const auto found = value.find(token);
    return found == value.end() ? nullptr : &*found;
  }
  const auto index = value.is_array() ? array_index(token) : std::nullopt;
  return index && *index < value.size() ? &value[*index] : nullptr;
}

}  // namespace

bool is_json_pointer(std::string_view pointer) {
  if (!pointer.empty() && pointer.front() != '/') return false;
  for (auto at = pointer.find('~'); at != std::string_view::npos; at = pointer.find('~', at + 1))
    if (at + 1 == pointer.size() || (pointer[at + 1] != '0' && pointer[at + 1] != '1'))
      return false;
  return true;
}

std::string pointer_token(std::string_view escaped) {
  std::string text;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] == '~') {
      text += escaped[++i] == '0' ? '~' : '/';
      continue;
    }
    text += escaped[i];
  }
  return text;
}

std::optional<std::size_t> array_index(std::string_view token) {
  if (token.size() > 1 && token[0] == '0') return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool whole = error == std::errc() && end == token.data() + token.size();
  return whole ? std::optional(index) : std::nullopt;
}

const Json* find_at(const Json& value, std::string_view pointer) {
  if (!is_json_pointer(pointer)) return nullptr;
  const Json* at = &value;
  while (at != nullptr && !pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    at = member_of(*at, pointer_token(token));
    pointer.remove_prefix(token.size());
  }
  return at;
}

Json* find_at(Json& value, std::string_view pointer) {
  return const_cast<Json*>(find_at(std::as_const(value), pointer));
}

}  // namespace fh
