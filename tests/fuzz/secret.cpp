// Secrets: a line of a scheme's name, then a text that is taken for a reference and for a secret.
// What is refused is named, and never shown.
#include "base/check.h"
#include "config/secret_key.h"
#include "config/secret_ref.h"
#include "config/signature_template.h"
#include "fuzz/fuzz_target.h"

namespace fh::fuzz {
namespace {

// Why it is refused; "" when it is not.
std::string refusal_of(const std::string& text, const VerifyScheme& scheme) {
  Secret secret{"one", SecretRef(SecretRef::Kind::env, "SECRET"), text};
  try {
    decode_secret(secret, scheme);
    MUST_HOLD(!secret.key.empty() && secret.key.size() <= text.size());
    return "";
  } catch (const HostError& error) {
    return error.what();
  }
}

}  // namespace
}  // namespace fh::fuzz

FUZZ_TARGET(secret) {
  const auto preset = signature_preset(input.line());
  const std::string text = input.rest();
  if (const auto reference = SecretRef::parse(text, "/etc/fieldhook"))
    MUST_HOLD(SecretRef::parse(reference->text(), "/elsewhere") == reference);

  VerifyScheme scheme = BasicPassword{};
  if (preset) scheme = *preset;
  const std::string why = refusal_of(text, scheme);
  MUST_HOLD(why.empty() || why.starts_with("secret env:SECRET "));
  MUST_HOLD(refusal_of(text + "<never shown>", scheme).find("<never shown>") == std::string::npos);
}
