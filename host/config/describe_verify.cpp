#include "config/config_sections.h"
#include "config/signature_template.h"

namespace fh {
namespace {

using Template = SignatureTemplate;

Json describe_timestamp(const Template& signature) {
  Json json = {{"unit", name_in(unit_names(), signature.unit)},
               {"tolerance", duration_text(signature.tolerance)}};
  if (!signature.timestamp_header.empty()) json["header"] = signature.timestamp_header;
  if (!signature.timestamp_label.empty()) json["label"] = signature.timestamp_label;
  return json;
}

struct DescribeScheme {
  Json operator()(const Template& signature) const {
    Json json = {{"signed", signature.signed_text},
                 {"algorithm", name_in(algorithm_names(), signature.algorithm)},
                 {"header", signature.header},
                 {"format", name_in(format_names(), signature.format)},
                 {"encoding", name_in(encoding_names(), signature.encoding)},
                 {"secret_encoding", name_in(secret_encoding_names(), signature.secret_encoding)}};
    if (!signature.header_prefixes.empty()) json["header_prefixes"] = signature.header_prefixes;
    if (!signature.prefix.empty()) json["prefix"] = signature.prefix;
    if (signature.prefix_optional) json["prefix_optional"] = true;
    if (!signature.separator.empty()) json["separator"] = signature.separator;
    if (!signature.label.empty()) json["label"] = signature.label;
    if (!signature.ed25519_label.empty()) json["ed25519_label"] = signature.ed25519_label;
    if (signature.has_timestamp()) json["timestamp"] = describe_timestamp(signature);
    if (!signature.id_header.empty()) json["id_header"] = signature.id_header;
    if (signature.signs(SignedPart::Kind::url))
      json["url"] = name_in(url_form_names(), signature.url);
    return json;
  }
  Json operator()(const QueryToken& token) const { return {{"in", "query:" + token.parameter}}; }
  Json operator()(const PathToken&) const { return {{"in", "path"}}; }
  Json operator()(const HeaderToken& token) const {
    return {{"header", token.header}, {"prefix", token.prefix}};
  }
  Json operator()(const BearerToken&) const { return Json::object(); }
  Json operator()(const BasicPassword& basic) const {
    return basic.user.empty() ? Json::object() : Json{{"user", basic.user}};
  }
  Json operator()(const BodyToken& token) const { return {{"in", token.pointer}}; }
  Json operator()(const Unauthenticated&) const { return {{"accept_unauthenticated", true}}; }
};

}  // namespace

Json describe_secrets(const std::vector<Secret>& secrets) {
  Json list = Json::array();
  for (const Secret& secret : secrets) {
    list.push_back({{"name", secret.name}, {"from", secret.from.text()}});
    if (secret.not_after) list.back()["not_after"] = rfc3339(*secret.not_after);
  }
  return list;
}

Json describe_verify(const VerifyConfig& verify) {
  Json json = std::visit(DescribeScheme(), verify.scheme);
  json["scheme"] = name_of(verify.scheme);
  if (!verify.secrets.empty()) json["secrets"] = describe_secrets(verify.secrets);
  return json;
}

}  // namespace fh
