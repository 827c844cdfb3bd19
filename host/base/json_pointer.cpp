#include "base/json_pointer.h"

#include <charconv>

namespace fh {
namespace {

std::string unescaped(std::string_view token) {
  std::string text;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~') {
      text += token[++i] == '0' ? '~' : '/';
      continue;
    }
    text += token[i];
  }
  return text;
}

const Json* member_of(const Json& value, const std::string& token) {
  if (value.is_object()) {
    const auto found = value.find(token);
    return found == value.end() ? nullptr : &*found;
  }
  if (!value.is_array() || (token.size() > 1 && token[0] == '0')) return nullptr;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool whole = error == std::errc() && end == token.data() + token.size();
  return whole && index < value.size() ? &value[index] : nullptr;
}

}  // namespace

bool is_json_pointer(std::string_view pointer) {
  if (!pointer.empty() && pointer.front() != '/') return false;
  for (auto at = pointer.find('~'); at != std::string_view::npos; at = pointer.find('~', at + 1))
    if (at + 1 == pointer.size() || (pointer[at + 1] != '0' && pointer[at + 1] != '1'))
      return false;
  return true;
}

const Json* find_at(const Json& value, std::string_view pointer) {
  if (!is_json_pointer(pointer)) return nullptr;
  const Json* at = &value;
  while (at != nullptr && !pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    at = member_of(*at, unescaped(token));
    pointer.remove_prefix(token.size());
  }
  return at;
}

Json* find_at(Json& value, std::string_view pointer) {
  return const_cast<Json*>(find_at(std::as_const(value), pointer));
}

}  // namespace fh
