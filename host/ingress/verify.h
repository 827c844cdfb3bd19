// Verification: whether a request comes from who holds one of a source's secrets. It reads the raw
// bytes, before any parsing, and fails closed: whatever is missing, doubled or malformed is a
// refusal. Comparisons take the same time wherever two values differ, and every secret is tried
// each time, so that neither a byte nor the secret that matched shows in the timing. Pure; safe
// from any thread.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "config/config.h"
#include "ingress/raw_request.h"

namespace fh {

/// The request is good; the name of the secret that proved it.
struct Verified {
  std::string secret;
};

enum class RefusalCause {
  missing_header,
  repeated_header,
  wrong_prefix,
  bad_encoding,
  missing_token,
  repeated_token,
  mismatch,
};

/// "missing_header" and so on: a metric's label.
std::string_view name_of(RefusalCause cause);

/// For the log and the refused list, never for the answer. Holds no part of a token or signature.
struct VerifyRefusal {
  RefusalCause cause;
  std::string text;  // "header X-Signature is missing"
};

using Verdict = std::variant<Verified, VerifyRefusal>;

[[nodiscard]] Verdict verify(const VerifyConfig& config, const RawRequest& request);

}  // namespace fh
