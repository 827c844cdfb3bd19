// Which of a source's secrets a proof fits. Every secret is tried each time, so that neither a byte
// nor the secret that matched shows in the timing. Pure; safe from any thread.
#pragma once

#include "config/verify_config.h"
#include "ingress/verdict.h"

namespace fh {

/// The first secret for which `matches` is true and which has not expired by `now`. One without a
/// key is not tried: what it would prove is not known.
template <class Matches>
Verdict find_secret(const std::vector<Secret>& secrets, TimePoint now, Matches matches) {
  const Secret* found = nullptr;
  const Secret* expired = nullptr;
  for (const Secret& secret : secrets) {
    const bool match = !secret.key.empty() && matches(secret);
    const bool in_force = secret.in_force(now);
    found = match && in_force && found == nullptr ? &secret : found;
    expired = match && !in_force ? &secret : expired;
  }
  if (found != nullptr) return Verified{found->name};
  if (expired != nullptr)
    return VerifyRefusal{
        RefusalCause::expired_secret,
        "secret \"" + expired->name + "\" matches, but expired at " + rfc3339(*expired->not_after)};
  return VerifyRefusal{RefusalCause::mismatch, "no secret matches"};
}

}  // namespace fh
