#include "base/quick_json.h"

#include <simdjson.h>

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

}  // namespace

std::optional<Json> parse_quickly(std::string_view text) {
  thread_local simdjson::dom::parser parser(kMostBytes);
  simdjson::dom::element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  std::optional<Json> value(std::in_place);
  return take(root, *value, 0) ? std::move(value) : std::nullopt;
}

}  // namespace fh
