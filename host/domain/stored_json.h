// StoredJson: looks into JSON text without reading all of it: text that this host wrote itself, or
// that parse_strict() has taken. Other text gives wrong answers. Pure; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace fh {

/// The text of an object's member; nullopt when it is absent or the text is no object.
std::optional<std::string_view> stored_member(std::string_view object, std::string_view name);

/// The text at a JSON Pointer; nullopt when nothing stands there or it leads through an array.
std::optional<std::string_view> stored_at(std::string_view text, std::string_view pointer);

/// The value of a snapshot's field, found as find_field() finds it.
std::optional<Json> stored_field(std::string_view snapshot, std::string_view path);

/// A number that two snapshots share when they have the same fields, custom ones included: then
/// laying one over the other gives the other. Never 0.
std::int64_t shape_of(const Json& snapshot);

}  // namespace fh
