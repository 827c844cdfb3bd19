#include "ingress/verify.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/json_depth.h"
#include "base/json_pointer.h"
#include "ingress/percent.h"
#include "ingress/secret_match.h"
#include "ingress/shown_signatures.h"
#include "ingress/verify_signature.h"

namespace fh {
namespace {

VerifyRefusal refusal(RefusalCause cause, std::string text) { return {cause, std::move(text)}; }

// What the request shows as its proof, or why it shows none.
using Presented = std::variant<std::string, VerifyRefusal>;

Presented header_after(const RawRequest& request, const std::string& name,
                       const std::string& prefix) {
  const auto value = read_header(request, name);
  if (const auto* why = std::get_if<VerifyRefusal>(&value)) return *why;
  const auto text = std::get<std::string_view>(value);
  if (!text.starts_with(prefix))
    return refusal(RefusalCause::wrong_prefix,
                   "header " + name + " does not begin with \"" + prefix + "\"");
  return std::string(text.substr(prefix.size()));
}

// RFC 9110 section 11.4: the scheme's name in either case, then blanks.
Presented credentials(const RawRequest& request, std::string_view scheme) {
  const auto value = read_header(request, "Authorization");
  if (const auto* why = std::get_if<VerifyRefusal>(&value)) return *why;
  const auto text = std::get<std::string_view>(value);
  const auto blank = text.find(' ');
  const auto first = text.find_first_not_of(' ', blank);
  if (!equal_ignoring_case(text.substr(0, blank), scheme) || first == std::string_view::npos)
    return refusal(RefusalCause::wrong_prefix,
                   "header Authorization is not \"" + std::string(scheme) + " ...\"");
  return std::string(text.substr(first));
}

Presented decode_token(std::string_view encoded, const std::string& place) {
  auto token = percent_decode(encoded);
  if (!token)
    return refusal(RefusalCause::bad_encoding, place + " has a \"%\" without two hex digits");
  if (token->empty()) return refusal(RefusalCause::missing_token, place + " is empty");
  return *std::move(token);
}

// Of "user:password".
Digest user_digest(std::string_view pair) { return sha256(pair.substr(0, pair.find(':'))); }

// Digests compare instead of the tokens, so that not even a secret's length shows.
struct Judge {
  const VerifyConfig& config;
  const RawRequest& request;
  const TimePoint now;

  Verdict operator()(const SignatureTemplate& scheme) const {
    return verify_signature(scheme, config, request, now);
  }

  Verdict operator()(const QueryToken& scheme) const {
    const auto values = query_values(request.query, scheme.parameter);
    const std::string place = "query parameter " + scheme.parameter;
    if (values.empty()) return refusal(RefusalCause::missing_token, place + " is missing");
    if (values.size() > 1)
      return refusal(RefusalCause::repeated_token, place + " is given more than once");
    return judge_token(decode_token(values.front(), place));
  }

  Verdict operator()(const PathToken& scheme) const {
    const std::string start = scheme.base + "/";
    if (!request.path.starts_with(start))
      return refusal(RefusalCause::missing_token, "the path has no token after " + scheme.base);
    const auto segment = std::string_view(request.path).substr(start.size());
    if (segment.find('/') != std::string_view::npos)
      return refusal(RefusalCause::bad_encoding, "the path has more than a token after " + start);
    return judge_token(decode_token(segment, "the path's token"));
  }

  Verdict operator()(const HeaderToken& scheme) const {
    return judge_token(header_after(request, scheme.header, scheme.prefix));
  }

  Verdict operator()(const BearerToken&) const {
    return judge_token(credentials(request, "Bearer"));
  }

  Verdict operator()(const BasicPassword&) const {
    const Presented presented = credentials(request, "Basic");
    if (const auto* why = std::get_if<VerifyRefusal>(&presented)) return *why;
    auto pair = from_base64(std::get<std::string>(presented));
    if (!pair || pair->find(':') == std::string::npos)
      return refusal(RefusalCause::bad_credentials,
                     "header Authorization is not base64 of \"user:password\"");
    const bool user_fits = is_user_of_a_secret(*pair);
    Verdict verdict = judge_token(*std::move(pair));
    auto* why = std::get_if<VerifyRefusal>(&verdict);
    if (why != nullptr && why->cause == RefusalCause::mismatch && !user_fits)
      why->text += ": the user is another than the source's";
    return verdict;
  }

  Verdict operator()(const BodyToken& scheme) const {
    if (scheme.max_depth < kMaxJsonDepth && deeper_than(scheme.max_depth, request.body))
      return refusal(RefusalCause::unreadable_body,
                     "the body, where the token should be, is nested deeper than " +
                         std::to_string(scheme.max_depth) + " levels, the most of this source");
    const StrictJson body = parse_strict(request.body);
    // What cannot be read may be the token, so nothing of it is quoted.
    if (body.refusal)
      return refusal(RefusalCause::unreadable_body,
                     "the body, where the token should be, cannot be read: " + body.refusal->rule);
    const Json* token = find_at(body.value, scheme.pointer);
    if (token == nullptr || !token->is_string())
      return refusal(RefusalCause::missing_token, "the body has no token at " + scheme.pointer);
    return judge_token(token->get<std::string>());
  }

  Verdict operator()(const Unauthenticated&) const { return Verified{}; }

 private:
  bool is_user_of_a_secret(const std::string& pair) const {
    const Digest user = user_digest(pair);
    bool found = false;
    for (const Secret& secret : config.secrets) {
      const bool same = equal_constant_time(bytes_of(user_digest(secret.key)), bytes_of(user));
      found = found || (same && !secret.key.empty());
    }
    return found;
  }

  Verdict judge_token(const Presented& presented) const {
    if (const auto* why = std::get_if<VerifyRefusal>(&presented)) return *why;
    const Digest token = sha256(std::get<std::string>(presented));
    return find_secret(config.secrets, now, [&](const Secret& secret) {
      return equal_constant_time(bytes_of(sha256(secret.key)), bytes_of(token));
    });
  }
};

}  // namespace

Verdict verify(const VerifyConfig& config, const RawRequest& request, TimePoint now) {
  return std::visit(Judge{config, request, now}, config.scheme);
}

}  // namespace fh
