// StoredRequest: a request from a file: {"method", "url", "headers", "body" or "body_hex"}. Headers
// are an object of texts or lists of texts, or a list of [name, value]; other keys are let be.
#pragma once

#include "ingress/raw_request.h"

namespace fh {

struct StoredRequest {
  RawRequest request;
  std::string url;  // as its sender knows it, when the file has an absolute one; else ""
};

/// Throws UsageError, which says what is wrong with the file.
StoredRequest read_stored_request(const std::string& file);

/// The same for a file's text; `name` is what it is called in errors.
StoredRequest parse_stored_request(std::string_view text, const std::string& name);

}  // namespace fh
