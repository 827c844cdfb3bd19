// Verifies a request by the signature template: reads what it shows, checks that its timestamp is
// near enough, puts together what was signed, and compares. Fails closed. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "config/verify_config.h"
#include "ingress/raw_request.h"
#include "ingress/verdict.h"

namespace fh {

[[nodiscard]] Verdict verify_signature(const SignatureTemplate& signature,
                                       const VerifyConfig& config, const RawRequest& request,
                                       TimePoint now);

/// A piece of what was signed: "{timestamp}", 10 bytes. A secret's size is not told.
struct SignedSize {
  std::string part;
  std::size_t bytes = 0;
};

/// What verify_signature() takes for signed; empty when the request does not get so far. For people
/// who look for a mistake.
std::vector<SignedSize> explain_signed(const SignatureTemplate& signature,
                                       const VerifyConfig& config, const RawRequest& request);

/// The signature's bytes. Not for Ed25519.
std::string sign_bytes(SignatureTemplate::Algorithm algorithm, const std::string& key,
                       std::string_view bytes);

}  // namespace fh
