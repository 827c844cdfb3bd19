#include "config/config_sections.h"

namespace fh {
namespace {

constexpr std::string_view kQuery = "query:";

// RFC 9110 section 5.6.2, token.
std::string read_header(ConfigReader& in) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";
  const std::string header = in.text("header");
  if (header.find_first_not_of(kAllowed) != std::string::npos)
    in.mistake("header", "\"" + header + "\" is no header's name");
  return header;
}

HmacSha256 read_hmac(ConfigReader& in) {
  const std::string header = read_header(in);
  const std::string prefix = in.text_or_empty("prefix");
  const bool base64 = in.choice("encoding", {"hex", "base64"}, "hex") == "base64";
  return {header, prefix, base64 ? HmacSha256::Encoding::base64 : HmacSha256::Encoding::hex};
}

std::variant<HmacSha256, QueryToken, PathToken, HeaderToken> read_url_token(
    ConfigReader& in, const std::string& source_path) {
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

}  // namespace

const std::vector<std::string>& verify_schemes() {
  static const std::vector<std::string> schemes = {"hmac-sha256", "url-token", "header-token"};
  return schemes;
}

VerifyConfig read_verify(ConfigReader in, const std::string& source_path) {
  VerifyConfig verify;
  const std::string scheme = in.choice("scheme", verify_schemes());
  if (scheme == "hmac-sha256")
    verify.scheme = read_hmac(in);
  else if (scheme == "url-token")
    verify.scheme = read_url_token(in, source_path);
  else if (scheme == "header-token")
    verify.scheme = HeaderToken{read_header(in), in.text_or_empty("prefix")};
  else
    in.accept_any_key();

  if (!in.has("secrets")) in.mistake("secrets", "is missing: without one, nothing can be verified");
  verify.secrets = in.secrets("secrets");
  return verify;
}

}  // namespace fh
