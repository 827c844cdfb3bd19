#include "config/signature_template.h"

#include <algorithm>

namespace fh {
namespace {

using Kind = SignedPart::Kind;
using Template = SignatureTemplate;

constexpr std::string_view kHeaderPart = "header:";

const std::vector<std::pair<std::string, Kind>>& part_names() {
  static const std::vector<std::pair<std::string, Kind>> kNames = {
      {"body", Kind::body},    {"timestamp", Kind::timestamp},
      {"id", Kind::id},        {"method", Kind::method},
      {"url", Kind::url},      {"form", Kind::form},
      {"secret", Kind::secret}};
  return kNames;
}

std::optional<SignedPart> part_from(std::string_view name) {
  for (const auto& [known, kind] : part_names())
    if (name == known) return SignedPart{kind};
  if (name.starts_with(kHeaderPart) && name.size() > kHeaderPart.size())
    return SignedPart{Kind::header, std::string(name.substr(kHeaderPart.size()))};
  return std::nullopt;
}

}  // namespace

bool SignatureTemplate::signs(SignedPart::Kind kind) const {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const SignedPart& part) { return part.kind == kind; });
}

std::variant<std::vector<SignedPart>, std::string> parse_signed(std::string_view text) {
  std::vector<SignedPart> parts;
  while (!text.empty()) {
    if (text.front() != '{') {
      const std::string_view literal = text.substr(0, text.find('{'));
      parts.push_back({Kind::text, std::string(literal)});
      text.remove_prefix(literal.size());
      continue;
    }
    const auto end = text.find('}');
    const std::string_view whole = text.substr(0, end == std::string_view::npos ? end : end + 1);
    const auto part = whole.ends_with('}') ? part_from(whole.substr(1, end - 1)) : std::nullopt;
    if (!part)
      return "has \"" + std::string(whole) +
             "\", which is no part (known: {body}, {timestamp}, {id}, {method}, {url}, {form}, "
             "{secret}, {header:NAME})";
    parts.push_back(*part);
    text.remove_prefix(whole.size());
  }
  return parts;
}

std::string name_of(const SignedPart& part) {
  if (part.kind == Kind::text) return "\"" + part.text + "\"";
  if (part.kind == Kind::header) return "{" + std::string(kHeaderPart) + part.text + "}";
  return "{" + name_in(part_names(), part.kind) + "}";
}

const ChoiceNames<Template::Algorithm>& algorithm_names() {
  static const ChoiceNames<Template::Algorithm> kNames = {
      {"hmac-sha256", Template::Algorithm::hmac_sha256},
      {"hmac-sha1", Template::Algorithm::hmac_sha1},
      {"hmac-sha384", Template::Algorithm::hmac_sha384},
      {"hmac-sha512", Template::Algorithm::hmac_sha512},
      {"ed25519", Template::Algorithm::ed25519},
      {"sha256", Template::Algorithm::sha256}};
  return kNames;
}

const ChoiceNames<Template::Format>& format_names() {
  static const ChoiceNames<Template::Format> kNames = {
      {"raw", Template::Format::raw},
      {"prefix", Template::Format::prefix},
      {"key-value", Template::Format::key_value},
      {"versioned", Template::Format::versioned},
      {"base64-pair", Template::Format::base64_pair}};
  return kNames;
}

const ChoiceNames<Template::Encoding>& encoding_names() {
  static const ChoiceNames<Template::Encoding> kNames = {
      {"hex", Template::Encoding::hex},
      {"base64", Template::Encoding::base64},
      {"base64url", Template::Encoding::base64url}};
  return kNames;
}

const ChoiceNames<Template::Unit>& unit_names() {
  static const ChoiceNames<Template::Unit> kNames = {{"s", Template::Unit::seconds},
                                                     {"ms", Template::Unit::milliseconds}};
  return kNames;
}

const ChoiceNames<Template::UrlForm>& url_form_names() {
  static const ChoiceNames<Template::UrlForm> kNames = {{"as-is", Template::UrlForm::as_is},
                                                        {"hubspot", Template::UrlForm::hubspot},
                                                        {"any-port", Template::UrlForm::any_port}};
  return kNames;
}

const ChoiceNames<Template::SecretEncoding>& secret_encoding_names() {
  static const ChoiceNames<Template::SecretEncoding> kNames = {
      {"text", Template::SecretEncoding::text},
      {"hex", Template::SecretEncoding::hex},
      {"base64", Template::SecretEncoding::base64},
      {"whsec", Template::SecretEncoding::whsec}};
  return kNames;
}

}  // namespace fh
