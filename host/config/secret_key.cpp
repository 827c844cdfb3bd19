#include "config/secret_key.h"

#include "base/check.h"
#include "base/digest.h"
#include "base/mac.h"

namespace fh {
namespace {

using Encoding = SignatureTemplate::SecretEncoding;

// Standard Webhooks: "between 24 bytes (192 bits) and 64 bytes (512 bits)".
constexpr std::size_t kLeastWhsec = 24;
constexpr std::size_t kMostWhsec = 64;
constexpr std::string_view kSymmetric = "whsec_";
constexpr std::string_view kPublic = "whpk_";
constexpr std::string_view kPrivate = "whsk_";

struct Decode {
  Secret& secret;

  void operator()(const SignatureTemplate& signature) const {
    secret.key = decoded(signature);
    if (signature.algorithm == SignatureTemplate::Algorithm::ed25519) secret.public_key = true;
    if (secret.public_key && secret.key.size() != kEd25519Key)
      refuse("is " + std::to_string(secret.key.size()) +
             " bytes long: an Ed25519 public key has 32; is secret_encoding right?");
    if (secret.key.empty()) refuse("is empty");
  }
  void operator()(const BasicPassword& basic) const {
    if (basic.user.empty() && secret.value.find(':') == std::string::npos)
      refuse("has no \":\": give verify.user, or a secret \"user:password\"");
    secret.key = basic.user.empty() ? secret.value : basic.user + ":" + secret.value;
  }
  void operator()(const auto&) const { secret.key = secret.value; }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw HostError("secret " + secret.from.text() + " " + why);
  }

  std::string decoded(const SignatureTemplate& signature) const {
    switch (signature.secret_encoding) {
      case Encoding::text: return secret.value;
      case Encoding::hex: return must(from_hex(secret.value), "is not hex");
      case Encoding::base64: return must(from_base64(secret.value), "is not base64");
      case Encoding::whsec: break;
    }
    secret.public_key = !signature.ed25519_label.empty() && secret.value.starts_with(kPublic);
    return secret.public_key ? after(kPublic) : shared_key();
  }

  std::string must(const std::optional<std::string>& bytes, const std::string& why) const {
    if (!bytes) refuse(why);
    return bytes.value();
  }

  // What the base64 after the prefix, if it is there, decodes to.
  std::string after(std::string_view prefix) const {
    std::string_view text = secret.value;
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    return must(from_base64(text), "is not \"" + std::string(prefix) + "\" and base64");
  }

  std::string shared_key() const {
    if (secret.value.starts_with(kPrivate))
      refuse("is the sender's private key: the host needs the public one, \"whpk_...\"");
    std::string key = after(kSymmetric);
    if (key.size() < kLeastWhsec || key.size() > kMostWhsec)
      refuse("is " + std::to_string(key.size()) +
             " bytes long: Standard Webhooks wants 24 to 64 (for another sender give "
             "secret_encoding \"base64\")");
    return key;
  }
};

}  // namespace

void decode_secret(Secret& secret, const VerifyScheme& scheme) {
  secret.public_key = false;
  std::visit(Decode{secret}, scheme);
}

void read_secret(Secret& secret, const VerifyScheme& scheme) {
  secret.value = secret.from.resolve();
  decode_secret(secret, scheme);
}

void read_secrets(VerifyConfig& config) {
  for (Secret& secret : config.secrets) read_secret(secret, config.scheme);
}

void read_signing_secret(VerifyConfig& config, TimePoint now) {
  for (Secret& secret : config.secrets) {
    if (!secret.in_force(now)) continue;
    read_secret(secret, config.scheme);
    if (!secret.public_key) return;
  }
}

}  // namespace fh
