// Percent-encoding (RFC 3986 section 2.1) and query parameters, strictly: "%" without two hex
// digits is refused, and "+" is a plus, since a token is no form field. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fh {

/// nullopt when a "%" is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);

/// Everything but unreserved characters is encoded.
std::string percent_encode(std::string_view text);

/// The still encoded values of the query parameter `name`, in order; one without "=" has the value
/// "".
std::vector<std::string_view> query_values(std::string_view query, std::string_view name);

/// Every parameter, decoded, in order. Where a "%" is malformed the text stays as it is.
std::vector<std::pair<std::string, std::string>> query_pairs(std::string_view query);

}  // namespace fh
