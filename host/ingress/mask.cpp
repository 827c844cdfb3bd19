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

// Every delivery's head goes through here, and hardly any has something to escape.
void append_quoted(std::string& json, std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
  if (plain)
    json.append("\"").append(text).append("\"");
  else
    json += to_text(Json(text));
}

}  // namespace

std::string masked_head(const RawRequest& request, const VerifyConfig& verify) {
  std::string head = "[";
  for (const auto& [name, value] : request.headers) {
    head += head.size() > 1 ? ",[" : "[";
    append_quoted(head, name);
    head += ',';
    append_quoted(head, carries_credentials(name, verify) ? kMask : value);
    head += ']';
  }
  return head + "]";
}

}  // namespace fh
