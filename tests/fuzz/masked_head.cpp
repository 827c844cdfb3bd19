// The head as it is kept: lines of "Name: value". Every field is there, in order, and what carries
// a credential is not; with a limit, as much as fits.
#include "base/json.h"
#include "config/signature_template.h"
#include "fuzz/fuzz_target.h"
#include "ingress/mask.h"

FUZZ_TARGET(masked_head) {
  VerifyConfig config;
  config.scheme = *signature_preset("github");
  RawRequest request;
  while (input.has_more()) {
    const std::string line = input.line();
    const auto colon = line.find(": ");
    if (colon != std::string::npos)
      request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  const StrictJson head = parse_strict(masked_head(request, config));
  MUST_HOLD(!head.refusal && head.value.is_array());
  MUST_HOLD(head.value.size() == request.headers.size());
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto& [name, value] = request.headers[i];
    const bool secret =
        equal_ignoring_case(name, "Authorization") ||
        equal_ignoring_case(name, "X-Hub-Signature-256") || equal_ignoring_case(name, "Cookie") ||
        equal_ignoring_case(name, "Proxy-Authorization") || equal_ignoring_case(name, "X-Api-Key");
    MUST_HOLD(head.value[i].size() == 2);
    MUST_HOLD(to_text(head.value[i][0]) == to_text(Json(name)));
    MUST_HOLD(to_text(head.value[i][1]) == to_text(Json(secret ? "***" : value)));
  }
  constexpr std::size_t kMost = 256;
  const std::string some = masked_head(request, config, kMost);
  MUST_HOLD(some.size() <= kMost && !parse_strict(some).refusal);
}
