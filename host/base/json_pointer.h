// JSON Pointers (RFC 6901): "/data/items/0/id". "" is the whole value. Pure; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace fh {

/// Empty, or begins with "/", with every "~" part of "~0" or "~1".
bool is_json_pointer(std::string_view pointer);

/// What stands between two slashes, its escapes undone.
std::string pointer_token(std::string_view escaped);
/// A token as the place of an array's item; nullopt when it is none.
std::optional<std::size_t> array_index(std::string_view token);

/// Null pointer when nothing stands there, or when `pointer` is none.
const Json* find_at(const Json& value, std::string_view pointer);
Json* find_at(Json& value, std::string_view pointer);

}  // namespace fh
