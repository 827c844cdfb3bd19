// HttpCall: one HTTP request and its reply, over Poco, plain or with TLS. Bounded in time and to
// 64 MiB of reply. Poco's exceptions end here.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "cli/tls_session.h"

namespace fh {

/// Nobody answered, or it was not the host: exit code 3.
class Unreachable : public HostError {
 public:
  using HostError::HostError;
};

struct HttpCall {
  std::string method;
  std::string base;    // "http://127.0.0.1:8081", with a path before `target` if there is one
  std::string target;  // path and query, percent-encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::seconds patience{10};  // for each step
  TlsTrust trust = {};                // where base is https
};

struct HttpReply {
  int status = 0;
  std::string body;
};

/// Throws Unreachable, whose text names `base` and never `target`, which may hold a token;
/// UsageError when `base` is no http or https URL.
HttpReply perform(const HttpCall& call);

}  // namespace fh
