// Api: what the admin port answers: /healthz and /readyz for anybody, /metrics and /api/v1 for the
// holder of a token. Free of any HTTP library. handle() may be called from any number of threads.
#pragma once

#include <atomic>
#include <functional>

#include "admin/call.h"
#include "admin/parts.h"
#include "admin/refused_calls.h"
#include "ingress/answer.h"
#include "ingress/raw_request.h"

namespace fh {

class Api {
 public:
  explicit Api(ApiParts parts) : p_(parts) {}

  Answer handle(const RawRequest& request);

  /// Whether the head alone is reason enough to refuse, so that strangers' bodies are not taken;
  /// else how large the body may be.
  HeadVerdict judge_head(const RawRequest& head);
  /// The same as a problem, for what the front end refuses by itself.
  static Answer refusal(int status, const std::string& reason);
  /// Whether handle() computes briefly and never waits: health does, the other calls read the
  /// store, and some of them for long.
  static bool is_quick(const RawRequest& request);

 private:
  /// The name of the token that came with the request; nullopt when none of ours did.
  std::optional<std::string> caller(const RawRequest& request) const;
  std::optional<Answer> refuse_stranger(const RawRequest& head);
  Answer route(const RawRequest& request);
  Answer answer(const Call& call);
  Answer answer_about_jobs(const Call& call);
  Answer answer_about_plugins(const Call& call);
  Answer answer_about_deliveries(const Call& call);
  /// Does what may take minutes, unless as much of that is being done already that the quick calls
  /// would soon find no thread.
  Answer in_bulk(const std::function<Answer()>& work);
  Answer status(const Call& call);

  ApiParts p_;
  RefusedCalls refused_;
  std::atomic<int> bulk_{0};  // that are at work
};

}  // namespace fh
