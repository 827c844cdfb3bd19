#include "cli/stored_request.h"

#include <algorithm>

#include "base/digest.h"
#include "base/json.h"
#include "cli/arguments.h"
#include "cli/file_text.h"

namespace fh {
namespace {

class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : name_(name) {
    StrictJson json = parse_strict(text);
    if (json.refusal) refuse(json.refusal->reason);
    if (!json.value.is_object()) refuse("must be an object {method, url, headers, body}");
    json_ = std::move(json.value);
  }

  StoredRequest read() const {
    StoredRequest stored;
    stored.request.method = text("method", "POST");
    read_url(stored);
    stored.request.headers = headers();
    stored.request.body = body();
    return stored;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const { throw UsageError(name_ + ": " + why); }

  bool has(const char* key) const { return json_.contains(key) && !json_[key].is_null(); }

  std::string text(const char* key, const char* fallback) const {
    if (!has(key)) return fallback;
    if (!json_[key].is_string()) refuse(std::string("\"") + key + "\" must be a text");
    return json_[key];
  }

  void read_url(StoredRequest& stored) const {
    const std::string url = text("url", "/");
    const auto scheme = url.find("://");
    const bool absolute = scheme != std::string::npos && scheme < url.find_first_of("/?");
    if (absolute) stored.url = url;
    const auto start = absolute ? url.find_first_of("/?", scheme + 3) : 0;
    const std::string target = start == std::string::npos ? "/" : url.substr(start);
    if (!target.empty() && target.front() != '/' && target.front() != '?')
      refuse("\"url\" must be a whole URL, or begin with \"/\"");
    const auto query = std::min(target.find('?'), target.size());
    stored.request.path = query == 0 ? "/" : target.substr(0, query);
    if (query < target.size()) stored.request.query = target.substr(query + 1);
  }

  Headers headers() const {
    Headers headers;
    const Json list = json_.value("headers", Json());
    if (list.is_null()) return headers;
    if (!list.is_object() && !list.is_array()) refuse("\"headers\" must be an object");
    for (const auto& [name, value] : list.items()) {
      if (list.is_array()) {
        if (!value.is_array() || value.size() != 2) refuse("a header must be [name, value]");
        add(headers, value[0], value[1]);
      } else if (value.is_array()) {
        for (const Json& one : value) add(headers, name, one);
      } else {
        add(headers, name, value);
      }
    }
    return headers;
  }

  void add(Headers& headers, const Json& name, const Json& value) const {
    if (!name.is_string() || !value.is_string()) refuse("headers must be texts");
    headers.emplace_back(name, value);
  }

  std::string body() const {
    if (!has("body_hex")) return text("body", "");
    if (has("body")) refuse("has \"body\" and \"body_hex\": give one");
    const auto bytes = from_hex(text("body_hex", ""));
    if (!bytes) refuse("\"body_hex\" is not hex");
    return *bytes;
  }

  const std::string name_;
  Json json_;
};

}  // namespace

StoredRequest read_stored_request(const std::string& file) {
  return parse_stored_request(file_text(file), file);
}

StoredRequest parse_stored_request(std::string_view text, const std::string& name) {
  return Reader(text, name).read();
}

}  // namespace fh
