// A request from a file, for `fieldhook verify`: it is refused with the file's name, or it is one
// that could have come off the wire.
#include "cli/stored_request.h"

#include "base/json.h"
#include "cli/arguments.h"
#include "fuzz/fuzz_target.h"

FUZZ_TARGET(stored_request) {
  const std::string text = input.rest();
  try {
    const StoredRequest stored = parse_stored_request(text, "request.json");
    const RawRequest& request = stored.request;
    MUST_HOLD(request.path.starts_with('/'));
    MUST_HOLD(request.path.find('?') == std::string::npos);
    MUST_HOLD(stored.url.empty() || stored.url.find("://") != std::string::npos);
    MUST_HOLD(stored.url.empty() || stored.url.ends_with(request.query));
    const Json json = parse_strict(text).value;
    if (json.contains("body") && json["body"].is_string()) MUST_HOLD(request.body == json["body"]);
  } catch (const UsageError& error) {
    MUST_HOLD(std::string(error.what()).starts_with("request.json: "));
  }
}
