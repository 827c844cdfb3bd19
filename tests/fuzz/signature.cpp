// Verification by signature: a line of a preset's name, a path, a query, headers up to an empty
// line, a body. Nothing made up is accepted; what was signed is, and not after a byte has changed.
#include "base/check.h"
#include "base/digest.h"
#include "config/secret_key.h"
#include "config/signature_template.h"
#include "fuzz/fuzz_target.h"
#include "ingress/sign.h"
#include "ingress/verify.h"
#include "ingress/verify_signature.h"

namespace fh::fuzz {
namespace {

const std::string kKey = "a key that nobody guesses, of 40 bytes..";

std::string secret_text(SignatureTemplate::SecretEncoding encoding) {
  switch (encoding) {
    case SignatureTemplate::SecretEncoding::text: return kKey;
    case SignatureTemplate::SecretEncoding::hex: return to_hex(kKey);
    case SignatureTemplate::SecretEncoding::base64: return to_base64(kKey);
    case SignatureTemplate::SecretEncoding::whsec: return "whsec_" + to_base64(kKey);
  }
  return "";
}

VerifyConfig config_of(SignatureTemplate signature) {
  // What a source's configuration adds to a preset.
  if (signature.header.empty()) signature.header = "X-Signature";
  signature.parts = std::get<std::vector<SignedPart>>(parse_signed(signature.signed_text));
  VerifyConfig config{signature, {}, "https://hooks.example.com"};
  Secret secret{"one", SecretRef(SecretRef::Kind::env, "SECRET")};
  secret.value = secret_text(signature.secret_encoding);
  decode_secret(secret, config.scheme);
  config.secrets.push_back(secret);
  return config;
}

Headers read_headers(Input& input) {
  Headers headers;
  for (std::string line = input.line(); !line.empty(); line = input.line()) {
    const auto colon = line.find(": ");
    if (colon != std::string::npos)
      headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return headers;
}

bool is_good(const VerifyConfig& config, const RawRequest& request, TimePoint now) {
  const Verdict verdict = verify(config, request, now);
  if (const auto* why = std::get_if<VerifyRefusal>(&verdict)) {
    MUST_HOLD(!why->text.empty() && !name_of(why->cause).empty());
    return false;
  }
  return true;
}

}  // namespace
}  // namespace fh::fuzz

FUZZ_TARGET(signature) {
  const auto preset = signature_preset(input.line());
  if (!preset) return;
  const VerifyConfig config = config_of(*preset);
  const auto& signature = std::get<SignatureTemplate>(config.scheme);
  const TimePoint now = from_ms(1'764'000'000'000);
  RawRequest request;
  request.path = "/" + input.line();
  request.query = input.line();
  const Headers headers = read_headers(input);
  request.body = input.rest();

  RawRequest made_up = request;
  made_up.headers = headers;
  MUST_HOLD(!is_good(config, made_up, now));
  explain_signed(signature, config, made_up);

  try {
    sign(config, request, {now, "msg_1"});
  } catch (const HostError&) {
    return;  // a form that cannot be read
  }
  MUST_HOLD(is_good(config, request, now));
  MUST_HOLD(!explain_signed(signature, config, request).empty());
  if (signature.has_timestamp()) {
    MUST_HOLD(!is_good(config, request, now + signature.tolerance + Millis(1000)));
    MUST_HOLD(!is_good(config, request, now - signature.tolerance - Millis(1000)));
  }
  if (request.body.empty() || signature.signs(SignedPart::Kind::form)) return;
  request.body[request.body.size() / 2] ^= 1;
  MUST_HOLD(!is_good(config, request, now));
}
