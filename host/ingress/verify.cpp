#include "ingress/verify.h"

#include "base/check.h"
#include "base/digest.h"
#include "ingress/percent.h"

namespace fh {
namespace {

VerifyRefusal refusal(RefusalCause cause, std::string text) { return {cause, std::move(text)}; }

// What the request shows as its proof, or why it shows none.
using Presented = std::variant<std::string, VerifyRefusal>;

Presented read_header(const RawRequest& request, const std::string& name,
                      const std::string& prefix) {
  const auto values = request.header_values(name);
  if (values.empty())
    return refusal(RefusalCause::missing_header, "header " + name + " is missing");
  if (values.size() > 1)
    return refusal(RefusalCause::repeated_header, "header " + name + " is given more than once");
  if (!values.front().starts_with(prefix))
    return refusal(RefusalCause::wrong_prefix,
                   "header " + name + " does not begin with \"" + prefix + "\"");
  return std::string(values.front().substr(prefix.size()));
}

Presented decode_token(std::string_view encoded, const std::string& place) {
  auto token = percent_decode(encoded);
  if (!token)
    return refusal(RefusalCause::bad_encoding, place + " has a \"%\" without two hex digits");
  if (token->empty()) return refusal(RefusalCause::missing_token, place + " is empty");
  return *std::move(token);
}

// True for the one secret that `matches`; all are tried, and none that is empty ever matches.
template <class Matches>
Verdict find_secret(const std::vector<Secret>& secrets, Matches matches) {
  const Secret* found = nullptr;
  for (const Secret& secret : secrets) {
    const bool match = matches(secret.value) && !secret.value.empty();
    found = match && found == nullptr ? &secret : found;
  }
  if (found == nullptr) return refusal(RefusalCause::mismatch, "no secret matches");
  return Verified{found->name};
}

// Digests compare instead of the tokens, so that not even a secret's length shows.
Verdict judge_token(const std::vector<Secret>& secrets, const Presented& presented) {
  if (const auto* why = std::get_if<VerifyRefusal>(&presented)) return *why;
  const Digest token = sha256(std::get<std::string>(presented));
  return find_secret(secrets, [&](const std::string& secret) {
    return equal_constant_time(bytes_of(sha256(secret)), bytes_of(token));
  });
}

struct Judge {
  const std::vector<Secret>& secrets;
  const RawRequest& request;

  Verdict operator()(const HmacSha256& scheme) const {
    const Presented presented = read_header(request, scheme.header, scheme.prefix);
    if (const auto* why = std::get_if<VerifyRefusal>(&presented)) return *why;
    const auto& text = std::get<std::string>(presented);
    const bool hex = scheme.encoding == HmacSha256::Encoding::hex;
    const auto signature = hex ? from_hex(text) : from_base64(text);
    if (!signature || signature->size() != Digest().size())
      return refusal(RefusalCause::bad_encoding,
                     "header " + scheme.header + " is not 32 bytes in " + (hex ? "hex" : "base64"));
    return find_secret(secrets, [&](const std::string& secret) {
      return equal_constant_time(bytes_of(hmac_sha256(secret, request.body)), *signature);
    });
  }

  Verdict operator()(const QueryToken& scheme) const {
    const auto values = query_values(request.query, scheme.parameter);
    const std::string place = "query parameter " + scheme.parameter;
    if (values.empty()) return refusal(RefusalCause::missing_token, place + " is missing");
    if (values.size() > 1)
      return refusal(RefusalCause::repeated_token, place + " is given more than once");
    return judge_token(secrets, decode_token(values.front(), place));
  }

  Verdict operator()(const PathToken& scheme) const {
    const std::string start = scheme.base + "/";
    if (!request.path.starts_with(start))
      return refusal(RefusalCause::missing_token, "the path has no token after " + scheme.base);
    const auto segment = std::string_view(request.path).substr(start.size());
    if (segment.find('/') != std::string_view::npos)
      return refusal(RefusalCause::bad_encoding, "the path has more than a token after " + start);
    return judge_token(secrets, decode_token(segment, "the path's token"));
  }

  Verdict operator()(const HeaderToken& scheme) const {
    const Presented presented = read_header(request, scheme.header, scheme.prefix);
    return judge_token(secrets, presented);
  }
};

}  // namespace

std::string_view name_of(RefusalCause cause) {
  switch (cause) {
    case RefusalCause::missing_header: return "missing_header";
    case RefusalCause::repeated_header: return "repeated_header";
    case RefusalCause::wrong_prefix: return "wrong_prefix";
    case RefusalCause::bad_encoding: return "bad_encoding";
    case RefusalCause::missing_token: return "missing_token";
    case RefusalCause::repeated_token: return "repeated_token";
    case RefusalCause::mismatch: return "mismatch";
  }
  CHECK(!"a refusal's cause");
}

Verdict verify(const VerifyConfig& config, const RawRequest& request) {
  return std::visit(Judge{config.secrets, request}, config.scheme);
}

}  // namespace fh
