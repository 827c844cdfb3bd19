#include "ingress/sign.h"

#include <algorithm>

#include "base/check.h"
#include "base/digest.h"
#include "base/json_pointer.h"
#include "ingress/percent.h"
#include "ingress/shown_signatures.h"
#include "ingress/signed_content.h"
#include "ingress/signed_url.h"
#include "ingress/verify_signature.h"

namespace fh {
namespace {

using Template = SignatureTemplate;

const Secret& signing_secret(const VerifyConfig& config, TimePoint now) {
  const auto& secrets = config.secrets;
  const auto shared = std::find_if(secrets.begin(), secrets.end(), [&](const Secret& secret) {
    return !secret.public_key && !secret.key.empty() && secret.in_force(now);
  });
  if (shared != secrets.end()) return *shared;
  const bool any = std::any_of(secrets.begin(), secrets.end(),
                               [&](const Secret& secret) { return secret.in_force(now); });
  if (!any && !secrets.empty())
    throw HostError("cannot sign: no secret of the source is in force any more; \"" +
                    secrets.front().name + "\" ended at " +
                    rfc3339(secrets.front().not_after.value()) + " (not_after)");
  throw HostError(
      "cannot sign: the sender signs with an Ed25519 private key, and the configuration holds its "
      "public key only, which verifies");
}

std::string header_text(const Template& signature, const std::string& text,
                        const std::string& timestamp) {
  const std::string stamp = signature.timestamp_label.empty()
                                ? ""
                                : signature.timestamp_label + "=" + timestamp + signature.separator;
  switch (signature.format) {
    case Template::Format::raw: return text;
    case Template::Format::prefix: return signature.prefix + text;
    case Template::Format::key_value: return stamp + signature.label + "=" + text;
    case Template::Format::versioned: return signature.label + "," + text;
    case Template::Format::base64_pair: return to_base64("fieldhook-send:" + text);
  }
  CHECK(!"a signature's format");
}

struct Sign {
  const VerifyConfig& config;
  RawRequest& request;
  const SignOptions& options;

  void operator()(const Template& signature) const {
    const Secret& secret = signing_secret(config, options.now);
    if (signature.signs(SignedPart::Kind::url) && config.public_url.empty())
      throw HostError("cannot sign: the URL is signed, and the source has no public_url");
    if (signature.signs(SignedPart::Kind::form)) add_body_hash(request);
    const SignedValues values = add_headers(signature);
    const auto contents = signed_contents(signature, config.public_url, request, values);
    if (const auto* why = std::get_if<VerifyRefusal>(&contents))
      throw HostError("cannot sign: " + why->text);
    std::string buffer;
    const std::string_view bytes =
        std::get<std::vector<SignedContent>>(contents).front().joined(buffer, secret.key);
    const std::string text =
        encoded(signature.encoding, sign_bytes(signature.algorithm, secret.key, bytes));
    request.headers.emplace_back(values.header_prefix + signature.header,
                                 header_text(signature, text, values.timestamp));
  }
  void operator()(const QueryToken& scheme) const {
    if (!request.query.empty()) request.query += '&';
    request.query += percent_encode(scheme.parameter) + "=" + percent_encode(token());
  }
  void operator()(const PathToken& scheme) const {
    request.path = scheme.base + "/" + percent_encode(token());
  }
  void operator()(const HeaderToken& scheme) const {
    request.headers.emplace_back(scheme.header, scheme.prefix + token());
  }
  void operator()(const BearerToken&) const {
    request.headers.emplace_back("Authorization", "Bearer " + token());
  }
  void operator()(const BasicPassword&) const {
    request.headers.emplace_back("Authorization", "Basic " + to_base64(token()));
  }
  // The body is signed by what it holds, and a sample holds somebody else's token.
  void operator()(const BodyToken& scheme) const {
    StrictJson body = parse_strict(request.body);
    if (body.refusal) throw HostError("cannot put a token in: " + body.refusal->reason);
    const std::string parent = scheme.pointer.substr(0, scheme.pointer.rfind('/'));
    const Json* place = find_at(body.value, parent);
    if (place == nullptr || !place->is_object())
      throw HostError("cannot put a token in: the body has no object at \"" + parent + "\"");
    body.value[Json::json_pointer(scheme.pointer)] = token();
    request.body = to_text(body.value);
  }
  void operator()(const Unauthenticated&) const {}

 private:
  const std::string& token() const { return signing_secret(config, options.now).key; }

  // The timestamp's and the id's, which are signed with the rest.
  SignedValues add_headers(const Template& signature) const {
    SignedValues values;
    if (!signature.header_prefixes.empty())
      values.header_prefix = signature.header_prefixes.front();
    const bool seconds = signature.unit == Template::Unit::seconds;
    values.timestamp = std::to_string(to_ms(options.now) / (seconds ? 1000 : 1));
    if (!signature.timestamp_header.empty())
      request.headers.emplace_back(values.header_prefix + signature.timestamp_header,
                                   values.timestamp);
    if (signature.id_header.empty()) return values;
    values.id = options.id;
    request.headers.emplace_back(values.header_prefix + signature.id_header, values.id);
    return values;
  }
};

}  // namespace

void sign(const VerifyConfig& config, RawRequest& request, const SignOptions& options) {
  std::visit(Sign{config, request, options}, config.scheme);
}

}  // namespace fh
