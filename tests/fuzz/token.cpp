// Verification by token: a line of the scheme, then a path, a query, a header's value and a body.
// Nothing made up is accepted, and what the sender would send is.
#include "base/check.h"
#include "fuzz/fuzz_target.h"
#include "ingress/sign.h"
#include "ingress/verify.h"

namespace fh::fuzz {
namespace {

VerifyScheme scheme_named(const std::string& name) {
  if (name == "query") return QueryToken{"token"};
  if (name == "path") return PathToken{"/hook"};
  if (name == "header") return HeaderToken{"Authorization", "Token "};
  if (name == "bearer") return BearerToken{};
  if (name == "basic") return BasicPassword{"crm"};
  return BodyToken{"/data/token"};
}

}  // namespace
}  // namespace fh::fuzz

FUZZ_TARGET(token) {
  VerifyConfig config;
  config.scheme = scheme_named(input.line());
  Secret secret{"one", SecretRef(SecretRef::Kind::env, "TOKEN"), "a token nobody+guesses/%41"};
  secret.key =
      std::holds_alternative<BasicPassword>(config.scheme) ? "crm:" + secret.value : secret.value;
  config.secrets.push_back(secret);
  RawRequest request;
  request.path = "/" + input.line();
  request.query = input.line();
  const std::string header = input.line();
  request.body = input.rest();
  RawRequest made_up = request;
  made_up.headers.emplace_back("authorization", header);
  const Verdict refused = verify(config, made_up, from_ms(0));
  const auto* why = std::get_if<VerifyRefusal>(&refused);
  MUST_HOLD(why != nullptr && !why->text.empty());

  const bool has_token = request.query.find("token") != std::string::npos ||
                         request.query.find('%') != std::string::npos;
  if (std::holds_alternative<QueryToken>(config.scheme) && has_token) return;  // twice is refused
  try {
    sign(config, request, {from_ms(0), ""});
  } catch (const HostError&) {
    return;  // the body has no place for it
  }
  MUST_HOLD(std::holds_alternative<Verified>(verify(config, request, from_ms(0))));
}
