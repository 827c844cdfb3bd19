// AdminClient: the host's admin API as the commands see it. Where the host is, and the token, come
// from --url and --token, then from FIELDHOOK_URL and FIELDHOOK_TOKEN. Not thread-safe.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "cli/arguments.h"

namespace fh {

/// The host answered, and said no: exit code 1.
class ApiProblem : public HostError {
 public:
  ApiProblem(const std::string& text, int status, Json problem)
      : HostError(text), status_(status), problem_(std::move(problem)) {}
  int status() const { return status_; }            // of the answer
  const Json& problem() const { return problem_; }  // application/problem+json (RFC 9457)

 private:
  int status_;
  Json problem_;
};

class AdminClient {
 public:
  using Query = std::vector<std::pair<std::string, std::string>>;

  explicit AdminClient(const Arguments& arguments);

  /// Path begins after /api/v1. Each returns the reply's JSON; throws Unreachable or ApiProblem.
  Json get(const std::string& path, const Query& query = {}) const;
  Json post(const std::string& path, const Query& query = {}, std::string body = {}) const;
  Json remove(const std::string& path) const { return call("DELETE", path); }

 private:
  Json call(const std::string& method, const std::string& target, std::string body = {}) const;

  std::string url_;
  std::string token_;
};

/// The options among `names` that were given, as a query.
AdminClient::Query query_of(const Arguments& arguments, const std::vector<std::string>& names);

}  // namespace fh
