// The head of a request as it is kept: a JSON array of [name, value], credentials masked. Whatever
// may carry one is masked by its name, a source's own signature or token header included. Where the
// source's secret itself travels, every value that repeats it is masked too, as the URL is that a
// proxy adds.
#pragma once

#include "config/config.h"
#include "ingress/raw_request.h"

namespace fh {

/// In `most` bytes at most, which are 256 or more: values are cut at a sixteenth of that, and after
/// the headers that fit stands ["...", "2 more"] if that is not all. `others`: further headers that
/// carry a credential.
std::string masked_head(const RawRequest& request, const VerifyConfig& verify,
                        std::size_t most = std::string::npos,
                        const std::vector<std::string>& others = {});

}  // namespace fh
