// Verdict: what verification says of a request. Plain values.
#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace fh {

/// The request is good.
struct Verified {
  std::string secret;   // the name of the one that proved it; "" where none is asked for
  std::string id = {};  // the sender's id of the delivery, where the signature covers one
};

enum class RefusalCause {
  missing_header,
  repeated_header,
  wrong_prefix,
  bad_encoding,
  missing_signature,
  too_many_signatures,
  bad_timestamp,
  timestamp_too_old,
  timestamp_too_new,
  body_not_signed,
  missing_token,
  repeated_token,
  bad_credentials,
  unreadable_body,
  expired_secret,
  mismatch,
};
inline constexpr std::size_t kRefusalCauses = static_cast<std::size_t>(RefusalCause::mismatch) + 1;

/// "missing_header" and so on: a metric's label.
std::string_view name_of(RefusalCause cause);

/// For the log and the refused list, never for the answer. Holds no part of a token or signature.
struct VerifyRefusal {
  RefusalCause cause;
  std::string text;  // "header X-Signature is missing"
};

using Verdict = std::variant<Verified, VerifyRefusal>;

}  // namespace fh
