// Verification: whether a request comes from who holds one of a source's secrets. It reads the raw
// bytes, before any parsing, and fails closed: whatever is missing, doubled or malformed is a
// refusal. Comparisons take the same time wherever two values differ, and every secret is tried
// each time. The one exception to the raw bytes is a body-token, which stands in the body: that is
// read strictly, and nothing else of it is believed. Pure; safe from any thread.
#pragma once

#include "config/verify_config.h"
#include "ingress/raw_request.h"
#include "ingress/verdict.h"

namespace fh {

/// `now` is what timestamps and the secrets' ends are held against.
[[nodiscard]] Verdict verify(const VerifyConfig& config, const RawRequest& request, TimePoint now);

}  // namespace fh
