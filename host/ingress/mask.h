// The head of a request as it is kept: a JSON array of [name, value], credentials masked. Whatever
// may carry one is masked by its name, a source's own signature or token header included.
#pragma once

#include "config/config.h"
#include "ingress/raw_request.h"

namespace fh {

std::string masked_head(const RawRequest& request, const VerifyConfig& verify);

}  // namespace fh
