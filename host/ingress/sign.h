// Signing: what a source's sender does before it posts. `fieldhook send` and the tests use it, the
// host never does. Pure.
#pragma once

#include "config/config.h"
#include "ingress/raw_request.h"

namespace fh {

/// Adds what verify() with the same configuration asks for, made with its first secret: a header, a
/// query parameter, or a path segment. There must be a first secret, and its value must have been
/// read. `request` has its final body and the source's path.
void sign(const VerifyConfig& config, RawRequest& request);

}  // namespace fh
