#include "ingress/sign.h"

#include "base/check.h"
#include "base/digest.h"
#include "ingress/percent.h"

namespace fh {
namespace {

struct Sign {
  const std::string& secret;
  RawRequest& request;

  void operator()(const HmacSha256& scheme) const {
    const Digest digest = hmac_sha256(secret, request.body);
    const bool hex = scheme.encoding == HmacSha256::Encoding::hex;
    const std::string text = hex ? to_hex(digest) : to_base64(bytes_of(digest));
    request.headers.emplace_back(scheme.header, scheme.prefix + text);
  }
  void operator()(const QueryToken& scheme) const {
    if (!request.query.empty()) request.query += '&';
    request.query += percent_encode(scheme.parameter) + "=" + percent_encode(secret);
  }
  void operator()(const PathToken& scheme) const {
    request.path = scheme.base + "/" + percent_encode(secret);
  }
  void operator()(const HeaderToken& scheme) const {
    request.headers.emplace_back(scheme.header, scheme.prefix + secret);
  }
};

}  // namespace

void sign(const VerifyConfig& config, RawRequest& request) {
  CHECK(!config.secrets.empty() && !config.secrets.front().value.empty());
  std::visit(Sign{config.secrets.front().value, request}, config.scheme);
}

}  // namespace fh
