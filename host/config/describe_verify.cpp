#include "config/config_sections.h"
#include "config/signature_template.h"

namespace fh {
namespace {

using Template = SignatureTemplate;

Json describe_timestamp(const Template& signature) {
  if (!signature.has_timestamp()) return {{"header", ""}};
  Json json = {{"unit", name_in(unit_names(), signature.unit)},
               {"tolerance", duration_text(signature.tolerance)}};
  if (!signature.timestamp_header.empty()) json["header"] = signature.timestamp_header;
  if (!signature.timestamp_label.empty()) json["label"] = signature.timestamp_label;
  return json;
}

// What is empty is shown only where the preset's is not.
template <class Part>
void put(Json& json, const char* key, const Part& part, const Part& preset) {
  if (part != Part() || part != preset) json[key] = part;
}

// Some of it is refused in formats that it means nothing in.
void describe_format(Json& json, const Template& signature, const Template& preset) {
  const auto format = signature.format;
  put(json, "prefix", signature.prefix, preset.prefix);
  put(json, "separator", signature.separator, preset.separator);
  if (format == Template::Format::prefix)
    put(json, "prefix_optional", signature.prefix_optional, preset.prefix_optional);
  if (format == Template::Format::key_value || format == Template::Format::versioned)
    put(json, "label", signature.label, preset.label);
  if (format == Template::Format::versioned)
    put(json, "ed25519_label", signature.ed25519_label, preset.ed25519_label);
}

struct DescribeScheme {
  Json operator()(const Template& signature) const {
    const Template preset = signature_preset(signature.scheme).value();
    Json json = {{"signed", signature.signed_text},
                 {"algorithm", name_in(algorithm_names(), signature.algorithm)},
                 {"header", signature.header},
                 {"format", name_in(format_names(), signature.format)},
                 {"encoding", name_in(encoding_names(), signature.encoding)},
                 {"secret_encoding", name_in(secret_encoding_names(), signature.secret_encoding)}};
    describe_format(json, signature, preset);
    put(json, "header_prefixes", signature.header_prefixes, preset.header_prefixes);
    if (signature.has_timestamp() || preset.has_timestamp())
      json["timestamp"] = describe_timestamp(signature);
    put(json, "id_header", signature.id_header, preset.id_header);
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
