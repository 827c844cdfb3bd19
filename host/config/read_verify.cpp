#include <algorithm>

#include "base/json_pointer.h"
#include "config/config_sections.h"
#include "config/secret_key.h"
#include "config/signature_template.h"

namespace fh {
namespace {

constexpr std::string_view kQuery = "query:";
const std::vector<std::string> kTokenSchemes = {"url-token", "header-token", "bearer",
                                                "basic",     "body-token",   "none"};

VerifyScheme read_url_token(ConfigReader& in, const std::string& source_path) {
  const std::string place = in.text("in");
  if (place == "path")
    return PathToken{source_path.substr(0, source_path.find_last_not_of('/') + 1)};
  if (!place.starts_with(kQuery) || place.size() == kQuery.size()) {
    if (!place.empty())
      in.mistake("in", "\"" + place + "\" is not known (known: query:NAME, path)");
    return QueryToken{};
  }
  return QueryToken{place.substr(kQuery.size())};
}

VerifyScheme read_header_token(ConfigReader& in) {
  const std::string header = in.text("header");
  check_header(in, "header", header);
  return HeaderToken{header, in.text_or_empty("prefix")};
}

VerifyScheme read_basic(ConfigReader& in) {
  const std::string user = in.text_or_empty("user");
  if (user.find(':') != std::string::npos) in.mistake("user", "must have no \":\" (RFC 7617)");
  return BasicPassword{user};
}

VerifyScheme read_body_token(ConfigReader& in) {
  const std::string pointer = in.text("in", "/token");
  if (!is_json_pointer(pointer) || pointer.empty())
    in.mistake("in", "\"" + pointer + "\" is no JSON Pointer such as \"/token\"");
  return BodyToken{pointer};
}

VerifyScheme read_none(ConfigReader& in) {
  if (!in.flag("accept_unauthenticated", false))
    in.mistake("scheme",
               "\"none\" takes deliveries from anybody: write \"accept_unauthenticated\": true "
               "beside it if that is meant");
  return Unauthenticated{};
}

VerifyScheme read_scheme(ConfigReader& in, const std::string& scheme,
                         const std::string& source_path) {
  if (signature_preset(scheme)) return read_signature(in, scheme);
  if (scheme == "url-token") return read_url_token(in, source_path);
  if (scheme == "header-token") return read_header_token(in);
  if (scheme == "bearer") return BearerToken{};
  if (scheme == "basic") return read_basic(in);
  if (scheme == "body-token") return read_body_token(in);
  if (scheme == "none") return read_none(in);
  in.accept_any_key();
  return QueryToken{};
}

std::optional<TimePoint> read_not_after(ConfigReader& item) {
  const std::string text = item.text_or_empty("not_after");
  if (!item.has("not_after")) return std::nullopt;
  const auto time = parse_rfc3339(text);
  if (!time)
    item.mistake("not_after", "\"" + text + "\" is no time such as \"2026-12-31T00:00:00Z\"");
  return time;
}

// ingress/signed_url.h says what is made of it.
std::string read_public_url(ConfigReader& source) {
  const std::string url = source.text_or_empty("public_url");
  if (!source.has("public_url")) return url;
  const bool absolute = url.starts_with("https://") || url.starts_with("http://");
  const auto host = url.find("://") + 3;
  if (!absolute || host >= url.size() || url[host] == '/' || url[host] == '?' ||
      url.find_first_of(" \t\r\n#") != std::string::npos)
    source.mistake("public_url", "\"" + url +
                                     "\" must be the URL that the sender posts to, such as "
                                     "\"https://hooks.example.com/contacts\"");
  return url;
}

}  // namespace

const std::vector<std::string>& verify_schemes() {
  static const std::vector<std::string> kSchemes = [] {
    std::vector<std::string> schemes = signature_presets();
    schemes.insert(schemes.end(), kTokenSchemes.begin(), kTokenSchemes.end());
    return schemes;
  }();
  return kSchemes;
}

std::string name_of(const VerifyScheme& scheme) {
  struct Name {
    std::string operator()(const SignatureTemplate& signature) const { return signature.scheme; }
    std::string operator()(const QueryToken&) const { return "url-token"; }
    std::string operator()(const PathToken&) const { return "url-token"; }
    std::string operator()(const HeaderToken&) const { return "header-token"; }
    std::string operator()(const BearerToken&) const { return "bearer"; }
    std::string operator()(const BasicPassword&) const { return "basic"; }
    std::string operator()(const BodyToken&) const { return "body-token"; }
    std::string operator()(const Unauthenticated&) const { return "none"; }
  };
  return std::visit(Name(), scheme);
}

bool VerifyConfig::can_verify(TimePoint now) const {
  return secrets.empty() || std::any_of(secrets.begin(), secrets.end(), [&](const Secret& one) {
           return one.unusable.empty() && one.in_force(now);
         });
}

const Secret* VerifyConfig::lacks(TimePoint now) const {
  const auto found = std::find_if(secrets.begin(), secrets.end(), [&](const Secret& one) {
    return !one.unusable.empty() && one.in_force(now);
  });
  return found == secrets.end() ? nullptr : &*found;
}

std::vector<UnusableSecret> VerifyConfig::unusable(TimePoint now) const {
  const bool none_left = !can_verify(now);
  std::vector<UnusableSecret> unusable;
  for (const Secret& one : secrets) {
    if (!one.unusable.empty())
      unusable.push_back({one.name, one.unusable});
    else if (none_left)
      unusable.push_back({one.name, "it expired at " + rfc3339(one.not_after.value())});
  }
  return unusable;
}

VerifyConfig read_verify(ConfigReader& source, const std::string& source_path) {
  VerifyConfig verify;
  verify.public_url = read_public_url(source);
  ConfigReader in = source.required_section("verify");
  verify.scheme = read_scheme(in, in.choice("scheme", verify_schemes()), source_path);
  if (std::holds_alternative<Unauthenticated>(verify.scheme)) return verify;

  if (!in.has("secrets")) in.mistake("secrets", "is missing: without one, nothing can be verified");
  verify.secrets =
      in.secrets("secrets", {.not_after = read_not_after,
                             .decode = [&](Secret& one) { decode_secret(one, verify.scheme); },
                             .may_wait = in.reading().options.sources_may_wait});
  const auto* signature = std::get_if<SignatureTemplate>(&verify.scheme);
  // A command that only looks at stored requests has their URLs.
  if (signature != nullptr && signature->signs(SignedPart::Kind::url) &&
      verify.public_url.empty() && in.reading().options.read_secrets)
    source.mistake("public_url", "is missing: scheme \"" + signature->scheme +
                                     "\" signs the URL, and only the sender's own view of it "
                                     "counts");
  return verify;
}

}  // namespace fh
