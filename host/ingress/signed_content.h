// SignedContent: the bytes that a template says were signed, piece by piece, as they stand in one
// request. It refers to the request's body and must not outlive it. Pure.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "config/verify_config.h"
#include "ingress/raw_request.h"
#include "ingress/verdict.h"

namespace fh {

struct SignedPiece {
  const SignedPart* part;
  std::string text;                   // of anything but a body
  const std::string* body = nullptr;  // else

  std::string_view bytes() const { return body != nullptr ? *body : text; }
};

class SignedContent {
 public:
  std::vector<SignedPiece> pieces;

  /// All bytes, with `secret` where the template signs it; a view of the body where that is all.
  std::string_view joined(std::string& buffer, const std::string& secret) const;
};

/// What the request itself shows beside its body: read before, because it has its own refusals.
struct SignedValues {
  std::string timestamp;
  std::string id;
  std::string header_prefix;
};

/// One content for each URL that the sender may have signed; never empty.
std::variant<std::vector<SignedContent>, VerifyRefusal> signed_contents(
    const SignatureTemplate& signature, const std::string& public_url, const RawRequest& request,
    const SignedValues& values);

}  // namespace fh
