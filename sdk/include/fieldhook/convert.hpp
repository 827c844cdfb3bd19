// Texts as the C ABI passes them, and what a JSON value is in C++: of exactly the type that was
// asked for, or nothing, so that no number changes on its way to an integer. Pure; safe from any
// thread.
#pragma once

#include <fieldhook/abi.h>

#include <concepts>
#include <fieldhook/outcome.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fieldhook::detail {

inline std::string_view view(fieldhook_string text) { return {text.data, text.size}; }
inline fieldhook_string lend(std::string_view text) { return {text.data(), text.size()}; }

/// Bytes that are not UTF-8 become U+FFFD, so that no result is ever lost to them.
inline std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class T>
inline constexpr bool kIsList = false;
template <class T, class Allocator>
inline constexpr bool kIsList<std::vector<T, Allocator>> = true;
template <class T>
inline constexpr bool kIsObject = false;
template <class T, class Less, class Allocator>
inline constexpr bool kIsObject<std::map<std::string, T, Less, Allocator>> = true;
template <class T>
inline constexpr bool kIsCharacter =
    std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

/// nullopt unless the value is of that type: 1 is no bool, 1.5 no int, 300 no int8_t, "1" no
/// number, in a std::vector<T> and a std::map<std::string, T> too. Any number is a float or double:
/// the nearest one, as C++ converts it. Any other type is as the JSON library converts it, numbers
/// inside it too.
template <class T>
std::optional<T> convert(const Json& json) {
  static_assert(!kIsCharacter<T>,
                "JSON has no characters: ask for std::string, or for an integer such as int");
  if constexpr (std::same_as<T, bool>) {
    if (!json.is_boolean()) return std::nullopt;
  } else if constexpr (std::integral<T>) {
    if (json.is_number_unsigned()
            ? !std::in_range<T>(json.get<std::uint64_t>())
            : !json.is_number_integer() || !std::in_range<T>(json.get<std::int64_t>())) {
      return std::nullopt;
    }
  } else if constexpr (std::floating_point<T>) {
    if (!json.is_number()) return std::nullopt;
  } else if constexpr (kIsList<T>) {
    if (!json.is_array()) return std::nullopt;
    T list;
    for (const Json& element : json) {
      auto converted = convert<typename T::value_type>(element);
      if (!converted) return std::nullopt;
      list.push_back(*std::move(converted));
    }
    return list;
  } else if constexpr (kIsObject<T>) {
    if (!json.is_object()) return std::nullopt;
    T object;
    for (const auto& [name, member] : json.items()) {
      auto converted = convert<typename T::mapped_type>(member);
      if (!converted) return std::nullopt;
      object.emplace(name, *std::move(converted));
    }
    return object;
  }
  try {
    return json.get<T>();
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace fieldhook::detail
