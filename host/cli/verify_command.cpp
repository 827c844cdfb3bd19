#include <iostream>

#include "cli/chosen_source.h"
#include "cli/command.h"
#include "cli/config_path.h"
#include "cli/stored_request.h"
#include "cli/table.h"
#include "config/secret_key.h"
#include "ingress/verify.h"
#include "ingress/verify_signature.h"

namespace fh {
namespace {

TimePoint time_asked(const Arguments& arguments) {
  constexpr std::size_t kMostDigits = 11;
  const auto at = arguments.option("at");
  if (!at) return SystemClock().now();
  const bool digits = at->find_first_not_of("0123456789") == std::string::npos;
  if (at->empty() || at->size() > kMostDigits || !digits)
    throw UsageError("--at must be whole seconds since 1970, such as 1764000000");
  return TimePoint(std::chrono::seconds(std::stoll(*at)));
}

// What the command knows of the request, and says.
struct Explanation {
  std::string source;
  std::string scheme;
  std::vector<SignedSize> signed_parts;  // none with a token
  Verdict verdict;
};

bool is_valid(const Explanation& explanation) {
  return std::holds_alternative<Verified>(explanation.verdict);
}

// The URL in a stored request is what its sender posted to; the host's own setting is for requests
// that came through a proxy.
VerifyConfig verify_config(SourceConfig source, const StoredRequest& stored) {
  VerifyConfig verify = std::move(source.verify);
  read_secrets(verify);
  if (!stored.url.empty()) verify.public_url = stored.url;
  const auto* signature = std::get_if<SignatureTemplate>(&verify.scheme);
  if (signature != nullptr && signature->signs(SignedPart::Kind::url) && verify.public_url.empty())
    throw UsageError("scheme \"" + signature->scheme +
                     "\" signs the URL: give the request's whole \"url\", or the source's "
                     "public_url");
  return verify;
}

Explanation explain(const SourceConfig& source, const StoredRequest& stored, TimePoint now) {
  if (source.retired)
    throw UsageError("source \"" + source.name +
                     "\" is retired: it answers 410 to every request and verifies none");
  const VerifyConfig config = verify_config(source, stored);
  Explanation explanation{
      source.name, name_of(config.scheme), {}, verify(config, stored.request, now)};
  if (const auto* signature = std::get_if<SignatureTemplate>(&config.scheme))
    explanation.signed_parts = explain_signed(*signature, config, stored.request);
  return explanation;
}

Json to_json(const Explanation& explanation) {
  Json parts = Json::array();
  for (const SignedSize& size : explanation.signed_parts)
    parts.push_back({{"part", size.part}, {"bytes", size.bytes}});
  Json json = {{"valid", is_valid(explanation)},
               {"source", explanation.source},
               {"scheme", explanation.scheme},
               {"signed", parts}};
  if (const auto* verified = std::get_if<Verified>(&explanation.verdict)) {
    json["secret"] = verified->secret;
  } else {
    const auto& refusal = std::get<VerifyRefusal>(explanation.verdict);
    json["cause"] = name_of(refusal.cause);
    json["reason"] = refusal.text;
  }
  return json;
}

std::string verdict_text(const Explanation& explanation) {
  if (const auto* refusal = std::get_if<VerifyRefusal>(&explanation.verdict))
    return "not valid: " + refusal->text + "\n";
  const std::string& secret = std::get<Verified>(explanation.verdict).secret;
  return secret.empty() ? "valid: this source takes requests from anybody\n"
                        : "valid: secret \"" + secret + "\" matches\n";
}

std::string explanation_text(const Explanation& explanation) {
  Table table;
  table.add({"  source", explanation.source});
  table.add({"  scheme", explanation.scheme});
  std::size_t total = 0;
  for (const SignedSize& size : explanation.signed_parts) {
    const bool secret = size.part == "{secret}";
    table.add({"  signed", size.part, secret ? "" : std::to_string(size.bytes) + " bytes"});
    total += size.bytes;
  }
  if (explanation.signed_parts.size() > 1)
    table.add({"  signed", "all", std::to_string(total) + " bytes"});
  return table.text();
}

}  // namespace

// Secrets that cannot be read and a request that cannot be are mistakes of the asker: 2.
int run_verify(const Arguments& arguments) {
  const StoredRequest stored = read_stored_request(arguments.words.front());
  const Config config = load_config(config_path(arguments), {.read_secrets = false});
  const SourceConfig source = chosen_source(config, arguments);
  const TimePoint now = time_asked(arguments);
  Explanation explanation;
  try {
    explanation = explain(source, stored, now);
  } catch (const HostError& error) {
    throw ConfigErrors({std::string("config: source \"") + source.name + "\": " + error.what()});
  }
  if (arguments.has("json"))
    std::cout << to_text(to_json(explanation), 2) << "\n";
  else
    std::cout << verdict_text(explanation)
              << (arguments.has("explain") ? explanation_text(explanation) : "");
  return is_valid(explanation) ? kDone : kFailed;
}

}  // namespace fh
