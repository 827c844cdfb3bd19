// HttpCall: one HTTP request and its reply, over Poco, plain or with TLS. Bounded in time, each
// wait and the whole, and to 64 MiB of reply. Poco's exceptions end here.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "cli/tls_session.h"

namespace fh {

/// Nobody answered, or it was not the host: exit code 3.
class Unreachable : public HostError {
 public:
  explicit Unreachable(const std::string& text, bool asked = false)
      : HostError(text), asked_(asked) {}
  /// The request may have reached the host, and been carried out.
  bool asked() const { return asked_; }

 private:
  bool asked_;
};

struct HttpCall {
  std::string method;
  std::string base;    // "http://127.0.0.1:8081", with a path before `target` if there is one
  std::string target;  // path and query, percent-encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// For each wait, which TLS may begin twice more; the whole may take ten minutes longer.
  std::chrono::seconds patience{10};
  TlsTrust trust = {};  // where base is https
};

struct HttpReply {
  int status = 0;
  std::string body;
  std::string api;  // the header by which the host's admin port is known; "" where there is none
};

/// Throws Unreachable, whose text names `base` and never `target`, which may hold a token;
/// UsageError when `base` is no http or https URL.
HttpReply perform(const HttpCall& call);

/// The reply's body; discarded when that is no JSON, or nested deeper than anything the host says.
Json json_of(const HttpReply& reply);

}  // namespace fh
