// Signing: what a source's sender does before it posts. `fieldhook send` and the tests use it, the
// host never does.
#pragma once

#include "config/config.h"
#include "ingress/raw_request.h"

namespace fh {

/// What a sender would choose.
struct SignOptions {
  TimePoint now;
  std::string id;  // of the delivery, where the scheme signs one
};

/// Adds what verify() with the same configuration asks for, made with its first secret in force
/// that can sign: a header, a query parameter, a path segment. `request` has its final body (a
/// body-token must already be in it) and the source's path. The secrets must have been read. Throws
/// HostError, which says why, where the configuration does not hold what the sender signs with.
void sign(const VerifyConfig& config, RawRequest& request, const SignOptions& options);

}  // namespace fh
