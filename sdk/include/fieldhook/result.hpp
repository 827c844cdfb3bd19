// What once() and step() give back: the result in the form in which it is stored, the first time as
// every later time. Pure; safe from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <fieldhook/convert.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fieldhook::detail {

/// Whether a T that was read from JSON would point into it. The JSON is gone when T is used.
template <class T>
inline constexpr bool kRefersToText = std::is_pointer_v<T>;
template <class T>
inline constexpr bool kRefersToText<const T> = kRefersToText<T>;
template <class Char, class Traits>
inline constexpr bool kRefersToText<std::basic_string_view<Char, Traits>> = true;
template <template <class...> class Holder, class... Held>
inline constexpr bool kRefersToText<Holder<Held...>> = (kRefersToText<Held> || ...);
template <class T, std::size_t size>
inline constexpr bool kRefersToText<std::array<T, size>> = kRefersToText<T>;

/// Whether JSON can hold a T, and give it back.
template <class T>
inline constexpr bool kIsJson = std::is_constructible_v<Json, const T&>&& requires(const Json& j) {
  j.template get<T>();
};
template <>
inline constexpr bool kIsJson<void> = true;

/// What once() and step() return for a function that returns Returned: texts as std::string.
template <class Returned>
struct Stored {
  using type = Returned;
  static_assert(kRefersToText<type> || kIsJson<type>,
                "what once() and step() return is stored as JSON: return nothing, a bool, a "
                "number, std::string, fieldhook::Json, or a std::vector or std::map of these; for "
                "a struct of your own define to_json() and from_json(), for a std::optional "
                "return fieldhook::Json");
  static_assert(!kRefersToText<type>,
                "what once() and step() return is read from a text that is gone then: return "
                "std::string, not std::string_view or a pointer, in containers too");
};
template <>
struct Stored<const char*> {
  using type = std::string;
};
template <>
struct Stored<char*> {
  using type = std::string;
};
template <>
struct Stored<std::string_view> {
  using type = std::string;
};

/// The JSON text that is stored. Throws when there is none.
template <class Returned>
std::string text_of_result(const Returned& returned) {
  if constexpr (std::is_pointer_v<Returned>) {
    if (returned == nullptr) throw std::invalid_argument("it is a null pointer");
  }
  return dump(Json(returned));
}

/// Throws std::invalid_argument when the text holds another type.
template <class Result>
Result result_in(const std::string& text) {
  if (auto result = convert<Result>(Json::parse(text))) return *std::move(result);
  const bool is_short = text.size() <= 100;
  throw std::invalid_argument((is_short ? text : std::to_string(text.size()) + " bytes of JSON") +
                              ", which is of another type (NaN is null in JSON)");
}

}  // namespace fieldhook::detail
