#include "ingress/verdict.h"

#include "base/check.h"

namespace fh {

std::string_view name_of(RefusalCause cause) {
  switch (cause) {
    case RefusalCause::missing_header: return "missing_header";
    case RefusalCause::repeated_header: return "repeated_header";
    case RefusalCause::wrong_prefix: return "wrong_prefix";
    case RefusalCause::bad_encoding: return "bad_encoding";
    case RefusalCause::missing_signature: return "missing_signature";
    case RefusalCause::too_many_signatures: return "too_many_signatures";
    case RefusalCause::bad_timestamp: return "bad_timestamp";
    case RefusalCause::timestamp_too_old: return "timestamp_too_old";
    case RefusalCause::timestamp_too_new: return "timestamp_too_new";
    case RefusalCause::body_not_signed: return "body_not_signed";
    case RefusalCause::missing_token: return "missing_token";
    case RefusalCause::repeated_token: return "repeated_token";
    case RefusalCause::bad_credentials: return "bad_credentials";
    case RefusalCause::unreadable_body: return "unreadable_body";
    case RefusalCause::expired_secret: return "expired_secret";
    case RefusalCause::mismatch: return "mismatch";
  }
  CHECK(!"a refusal's cause");
}

}  // namespace fh
