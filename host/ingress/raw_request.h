// RawRequest: one HTTP request as it came off the wire, free of any HTTP library's types. The body
// is kept byte for byte, because signatures cover those bytes. Headers keep their order and their
// repetitions; a name that is given twice is for the reader to judge, not for this struct to merge.
// A plain value, owned by whoever handles the request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fh {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// ASCII letters compare alike in either case, as RFC 9110 section 5.1 asks of field names.
bool equal_ignoring_case(std::string_view left, std::string_view right);

struct RawRequest {
  std::string method = "POST";
  std::string path;   // begins with "/", without the query, percent-encoding untouched
  std::string query;  // without the "?", percent-encoding untouched
  Headers headers;
  std::string body;
  std::string remote_address;  // "203.0.113.7", without the port; empty when not known

  /// Every value of the header, in order. The views live as long as `headers` is not changed.
  std::vector<std::string_view> header_values(std::string_view name) const;

  /// The first value of the header, or nullopt.
  std::optional<std::string_view> header(std::string_view name) const;
};

}  // namespace fh
