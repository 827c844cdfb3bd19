#include "ingress/mask.h"

#include <algorithm>

namespace fh {
namespace {

constexpr std::string_view kMask = "***";

bool is_signature(std::string_view name, const SignatureTemplate& signature) {
  if (signature.header_prefixes.empty()) return same_header_name(name, signature.header);
  return std::any_of(
      signature.header_prefixes.begin(), signature.header_prefixes.end(),
      [&](const auto& prefix) { return same_header_name(name, prefix + signature.header); });
}

bool carries_credentials(std::string_view name, const VerifyConfig& verify) {
  for (const std::string_view known :
       {"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key"})
    if (same_header_name(name, known)) return true;
  if (const auto* signature = std::get_if<SignatureTemplate>(&verify.scheme))
    return is_signature(name, *signature);
  if (const auto* token = std::get_if<HeaderToken>(&verify.scheme))
    return same_header_name(name, token->header);
  return false;
}

}  // namespace

std::string masked_head(const RawRequest& request, const VerifyConfig& verify) {
  Json head = Json::array();
  for (const auto& [name, value] : request.headers)
    head.push_back({name, carries_credentials(name, verify) ? std::string(kMask) : value});
  return to_text(head);
}

}  // namespace fh
