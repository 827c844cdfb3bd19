// Api: what the admin port answers: /healthz and /readyz for anybody, /metrics and /api/v1 for the
// holder of a token. Free of any HTTP library. handle() may be called from any number of threads.
#pragma once

#include <atomic>
#include <map>

#include "ingress/answer.h"
#include "ingress/raw_request.h"
#include "ingress/receiver.h"
#include "runtime/supervisor.h"
#include "store/views.h"

namespace fh {

struct ApiParts {
  const Config& config;
  Store& store;
  Catalog& catalog;
  Supervisor& supervisor;
  const Receiver& receiver;
  const std::atomic<bool>& ready;
};

class Api {
 public:
  explicit Api(ApiParts parts) : p_(parts) {}

  Answer handle(const RawRequest& request);

 private:
  /// The path below /api/v1, in segments, and the decoded query.
  struct Call {
    std::string method;
    std::vector<std::string> path;
    std::map<std::string, std::string> query;
  };

  bool authorized(const RawRequest& request) const;
  Answer route(const RawRequest& request);
  Answer answer(const Call& call);
  Answer status();
  Answer jobs(const Call& call);
  Answer job(std::int64_t id);
  Answer retry(std::int64_t id);
  Answer deliveries(const Call& call);
  Answer delivery(std::int64_t id);
  Answer plugins();
  Answer plugin(const Call& call);
  Json plugin_json(const ActivePlugin& plugin) const;
  std::vector<Json> list_plugins() const;

  ApiParts p_;
};

/// RFC 9457.
Answer problem(int status, const std::string& title, const std::string& detail);

}  // namespace fh
