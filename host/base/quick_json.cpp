#include "base/quick_json.h"

#include <simdjson.h>

#include <algorithm>
#include <vector>

namespace fh {
namespace {

using simdjson::dom::element_type;

// Beyond this the parser's own memory, which a thread keeps, would be larger than it is worth.
constexpr std::size_t kMostBytes = 64 * 1024;

bool take(const simdjson::dom::element& from, Json& to, int depth);

bool take_object(const simdjson::dom::object& from, Json& to, int depth) {
  to = Json::object();
  auto& members = to.get_ref<Json::object_t&>();
  for (const auto& [key, value] : from) {
    const auto [place, fresh] = members.try_emplace(std::string(key));
    if (!fresh || !take(value, place->second, depth)) return false;
  }
  return true;
}

bool take_array(const simdjson::dom::array& from, Json& to, int depth) {
  to = Json::array();
  auto& items = to.get_ref<Json::array_t&>();
  for (const auto& item : from)
    if (!take(item, items.emplace_back(), depth)) return false;
  return true;
}

// nlohmann/json keeps what has no sign as unsigned.
Json whole_number(std::int64_t number) {
  return number < 0 ? Json(number) : Json(static_cast<std::uint64_t>(number));
}

// False: not for the quick way. `depth` counts the containers around the value.
bool take(const simdjson::dom::element& from, Json& to, int depth) {
  switch (from.type()) {
    case element_type::OBJECT: return depth < kMaxJsonDepth && take_object(from, to, depth + 1);
    case element_type::ARRAY: return depth < kMaxJsonDepth && take_array(from, to, depth + 1);
    case element_type::STRING: to = std::string_view(from); return true;
    case element_type::INT64: to = whole_number(from); return true;
    case element_type::UINT64: to = std::uint64_t(from); return true;
    case element_type::DOUBLE: to = double(from); return true;
    case element_type::BOOL: to = bool(from); return true;
    case element_type::NULL_VALUE: return true;
  }
  return false;
}

using Names = std::vector<std::string_view>;

bool has_twice(Names& names, std::size_t first) {
  constexpr std::ptrdiff_t kFew = 32;
  const auto begin = names.begin() + static_cast<std::ptrdiff_t>(first);
  if (names.end() - begin > kFew) {
    std::sort(begin, names.end());
    return std::adjacent_find(begin, names.end()) != names.end();
  }
  for (auto name = begin; name != names.end(); ++name)
    if (std::find(begin, name, *name) != name) return true;
  return false;
}

// `names` holds those of the objects around, and is left as it was.
bool is_acceptable(const simdjson::dom::element& value, Names& names, int depth) {
  simdjson::dom::array items;
  if (value.get(items) == simdjson::SUCCESS) {
    for (const auto& item : items)
      if (!is_acceptable(item, names, depth + 1)) return false;
    return depth < kMaxJsonDepth;
  }
  simdjson::dom::object members;
  if (value.get(members) != simdjson::SUCCESS) return true;
  const std::size_t first = names.size();
  for (const auto& [name, inner] : members) {
    names.push_back(name);
    if (!is_acceptable(inner, names, depth + 1)) return false;
  }
  const bool twice = has_twice(names, first);
  names.resize(first);
  return !twice && depth < kMaxJsonDepth;
}

std::optional<simdjson::dom::element> parsed(std::string_view text) {
  thread_local simdjson::dom::parser parser(kMostBytes);
  simdjson::dom::element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  return root;
}

}  // namespace

std::optional<Json> parse_quickly(std::string_view text) {
  const auto root = parsed(text);
  if (!root) return std::nullopt;
  std::optional<Json> value(std::in_place);
  return take(*root, *value, 0) ? std::move(value) : std::nullopt;
}

bool is_quickly_strict(std::string_view text) {
  thread_local Names names;
  names.clear();
  const auto root = parsed(text);
  return root && is_acceptable(*root, names, 0);
}

}  // namespace fh
