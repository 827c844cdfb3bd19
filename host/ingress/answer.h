// Answer: what the host says to one HTTP request, free of any HTTP library's types. The front end
// adds Content-Length, Date and Connection; everything else is here. A plain value.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fh {

struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // further ones, such as Retry-After
  bool close = false;  // end the connection: its unread bytes must not become the next request
};

/// Call it once, from any thread; after the front end stopped it does nothing.
using Respond = std::function<void(const Answer&)>;

/// What a request's head alone decides.
struct HeadVerdict {
  std::optional<Answer> refusal;  // then the body is not read
  std::size_t max_body = 0;       // bytes
};

/// A refusal in the host's own words, after which the connection is closed.
Answer refusal(int status, const std::string& reason);

}  // namespace fh
