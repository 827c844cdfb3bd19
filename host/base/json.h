// Json and strict parsing. Json is the host's JSON value everywhere. parse_strict() is for text
// that strangers send: it refuses what nlohmann/json lets through (a NUL byte, a key given twice,
// an integer beyond 64 bits that would become a double, depth without limit). Safe from any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace fh {

using Json = nlohmann::json;

constexpr int kMaxJsonDepth = 64;

struct JsonRefusal {
  // A short sentence without a capital: "key \"a\" stands twice in one object". Of the text it
  // quotes a key's or a number's beginning, if anything.
  std::string reason;
  std::size_t offset = 0;  // bytes from the start of the text, as far as the parser can tell
  std::string rule = {};   // the same with nothing of the text: "a key stands twice in one object"
};

struct StrictJson {
  Json value;
  std::optional<JsonRefusal> refusal;  // when set, value is null
};

/// Parses RFC 8259 text with the limits above. Never throws on input.
[[nodiscard]] StrictJson parse_strict(std::string_view text);

/// What parse_strict() would refuse; a tenth of its work where all is well.
[[nodiscard]] std::optional<JsonRefusal> check_strict(std::string_view text);

/// parse_strict() without its quick way (quick_json.h): slower, and what that must agree with.
[[nodiscard]] StrictJson parse_at_length(std::string_view text);

/// dump() that never throws: bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string to_text(const Json& value, int indent = -1);

}  // namespace fh
