#include "ingress/verify_signature.h"

#include <charconv>

#include "base/check.h"
#include "base/digest.h"
#include "base/mac.h"
#include "config/quantity.h"
#include "config/signature_template.h"
#include "ingress/secret_match.h"
#include "ingress/shown_signatures.h"
#include "ingress/signed_content.h"

namespace fh {
namespace {

using Template = SignatureTemplate;

std::variant<std::string, VerifyRefusal> read_timestamp(const Template& signature,
                                                        const ShownSignatures& shown,
                                                        const RawRequest& request) {
  if (!signature.timestamp_label.empty()) {
    if (shown.timestamp) return *shown.timestamp;
    return VerifyRefusal{RefusalCause::bad_timestamp, "header " + shown.prefix + signature.header +
                                                          " has no timestamp marked \"" +
                                                          signature.timestamp_label + "\""};
  }
  const auto value = read_header(request, shown.prefix + signature.timestamp_header);
  if (const auto* why = std::get_if<VerifyRefusal>(&value)) return *why;
  return std::string(std::get<std::string_view>(value));
}

// Whole numbers only, and none that overflows: a sign or a fraction would be read in two ways.
std::optional<std::int64_t> whole_number(const std::string& text) {
  constexpr std::size_t kMostDigits = 15;
  const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
  if (text.empty() || text.size() > kMostDigits || !digits) return std::nullopt;
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// In the timestamp's own unit, as senders do.
std::optional<VerifyRefusal> check_timestamp(const Template& signature, const std::string& text,
                                             TimePoint now) {
  const auto sent = whole_number(text);
  if (!sent)
    return VerifyRefusal{RefusalCause::bad_timestamp, "the timestamp is no whole number of " +
                                                          name_in(unit_names(), signature.unit)};
  const std::int64_t unit_ms = signature.unit == Template::Unit::seconds ? 1000 : 1;
  const std::int64_t age = to_ms(now) / unit_ms - *sent;
  const std::int64_t most = signature.tolerance.count() / unit_ms;
  if (age <= most && age >= -most) return std::nullopt;
  const std::string how_far = std::to_string(age < 0 ? -age : age) + " " +
                              name_in(unit_names(), signature.unit) + " from now, more than the " +
                              duration_text(signature.tolerance) + " allowed";
  if (age > most)
    return VerifyRefusal{RefusalCause::timestamp_too_old,
                         "the timestamp is in the past, " + how_far};
  return VerifyRefusal{RefusalCause::timestamp_too_new,
                       "the timestamp is in the future, " + how_far};
}

// Every signature is compared with every content, whichever fits.
bool any_matches(const Template& signature, const Secret& secret,
                 const std::vector<SignedContent>& contents, const ShownSignatures& shown) {
  bool match = false;
  std::string buffer;
  for (const SignedContent& content : contents) {
    const std::string_view bytes = content.joined(buffer, secret.key);
    const std::string code =
        secret.public_key ? "" : sign_bytes(signature.algorithm, secret.key, bytes);
    for (const ShownSignature& one : shown.all) {
      if (one.ed25519 != secret.public_key) continue;
      match |= secret.public_key ? ed25519_verifies(secret.key, bytes, one.bytes)
                                 : equal_constant_time(code, one.bytes);
    }
  }
  return match;
}

// All that a request shows, read and found in order but not yet compared.
struct Proof {
  ShownSignatures shown;
  SignedValues values;
};

std::variant<Proof, VerifyRefusal> read_proof(const Template& signature,
                                              const RawRequest& request) {
  auto shown = read_shown(signature, request);
  if (const auto* why = std::get_if<VerifyRefusal>(&shown)) return *why;
  Proof proof{std::get<ShownSignatures>(std::move(shown)), {}};
  proof.values.header_prefix = proof.shown.prefix;
  if (signature.has_timestamp()) {
    auto timestamp = read_timestamp(signature, proof.shown, request);
    if (const auto* why = std::get_if<VerifyRefusal>(&timestamp)) return *why;
    proof.values.timestamp = std::get<std::string>(std::move(timestamp));
  }
  if (signature.id_header.empty()) return proof;
  const std::string id_header = proof.shown.prefix + signature.id_header;
  const auto id = read_header(request, id_header);
  if (const auto* why = std::get_if<VerifyRefusal>(&id)) return *why;
  proof.values.id = std::get<std::string_view>(id);
  // An unsigned one would be believed instead.
  if (proof.values.id.empty())
    return VerifyRefusal{RefusalCause::missing_header, "header " + id_header + " is empty"};
  return proof;
}

}  // namespace

std::string sign_bytes(Template::Algorithm algorithm, const std::string& key,
                       std::string_view bytes) {
  switch (algorithm) {
    case Template::Algorithm::hmac_sha1: return hmac(Hash::sha1, key, bytes);
    case Template::Algorithm::hmac_sha256: return hmac(Hash::sha256, key, bytes);
    case Template::Algorithm::hmac_sha384: return hmac(Hash::sha384, key, bytes);
    case Template::Algorithm::hmac_sha512: return hmac(Hash::sha512, key, bytes);
    case Template::Algorithm::sha256: return std::string(bytes_of(sha256(bytes)));
    case Template::Algorithm::ed25519: break;
  }
  CHECK(!"an algorithm that signs with a shared secret");
}

Verdict verify_signature(const Template& signature, const VerifyConfig& config,
                         const RawRequest& request, TimePoint now) {
  const auto read = read_proof(signature, request);
  if (const auto* why = std::get_if<VerifyRefusal>(&read)) return *why;
  const Proof& proof = std::get<Proof>(read);
  if (signature.has_timestamp())
    if (auto why = check_timestamp(signature, proof.values.timestamp, now)) return *std::move(why);
  const auto contents = signed_contents(signature, config.public_url, request, proof.values);
  if (const auto* why = std::get_if<VerifyRefusal>(&contents)) return *why;
  Verdict verdict = find_secret(config.secrets, now, [&](const Secret& secret) {
    return any_matches(signature, secret, std::get<std::vector<SignedContent>>(contents),
                       proof.shown);
  });
  if (auto* verified = std::get_if<Verified>(&verdict)) verified->id = proof.values.id;
  return verdict;
}

std::vector<SignedSize> explain_signed(const Template& signature, const VerifyConfig& config,
                                       const RawRequest& request) {
  const auto read = read_proof(signature, request);
  if (std::holds_alternative<VerifyRefusal>(read)) return {};
  const auto contents =
      signed_contents(signature, config.public_url, request, std::get<Proof>(read).values);
  if (std::holds_alternative<VerifyRefusal>(contents)) return {};
  std::vector<SignedSize> sizes;
  for (const SignedPiece& piece : std::get<std::vector<SignedContent>>(contents).front().pieces)
    sizes.push_back({name_of(*piece.part), piece.bytes().size()});
  return sizes;
}

}  // namespace fh
