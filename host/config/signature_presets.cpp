// What each scheme's sender does, as its own documentation says it. docs/verification.md shows them
// in a table, which a test compares with these.
#include "config/signature_template.h"

namespace fh {
namespace {

using Template = SignatureTemplate;
using Presets = std::vector<Template>;

Template body_hmac() {
  Template preset;
  preset.scheme = "hmac-sha256";
  return preset;
}

// Everything is said by the source.
Template blank() { return {}; }

Template standard_webhooks() {
  Template preset;
  preset.scheme = "standard-webhooks";
  preset.signed_text = "{id}.{timestamp}.{body}";
  preset.header_prefixes = {"webhook-", "svix-"};
  preset.header = "signature";
  preset.timestamp_header = "timestamp";
  preset.id_header = "id";
  preset.format = Template::Format::versioned;
  preset.separator = " ";
  preset.label = "v1";
  preset.ed25519_label = "v1a";
  preset.encoding = Template::Encoding::base64;
  preset.secret_encoding = Template::SecretEncoding::whsec;
  return preset;
}

Template hubspot_v3() {
  Template preset;
  preset.scheme = "hubspot-v3";
  preset.signed_text = "{method}{url}{body}{timestamp}";
  preset.header = "X-HubSpot-Signature-v3";
  preset.encoding = Template::Encoding::base64;
  preset.timestamp_header = "X-HubSpot-Request-Timestamp";
  preset.unit = Template::Unit::milliseconds;
  preset.url = Template::UrlForm::hubspot;
  return preset;
}

Template hubspot_v2() {
  Template preset;
  preset.scheme = "hubspot-v2";
  preset.signed_text = "{secret}{method}{url}{body}";
  preset.algorithm = Template::Algorithm::sha256;
  preset.header = "X-HubSpot-Signature";
  return preset;
}

Template hubspot_v1() {
  Template preset = hubspot_v2();
  preset.scheme = "hubspot-v1";
  preset.signed_text = "{secret}{body}";
  return preset;
}

Template github() {
  Template preset;
  preset.scheme = "github";
  preset.header = "X-Hub-Signature-256";
  preset.format = Template::Format::prefix;
  preset.prefix = "sha256=";
  return preset;
}

Template stripe() {
  Template preset;
  preset.scheme = "stripe";
  preset.signed_text = "{timestamp}.{body}";
  preset.header = "Stripe-Signature";
  preset.format = Template::Format::key_value;
  preset.separator = ",";
  preset.label = "v1";
  preset.timestamp_label = "t";
  return preset;
}

Template slack() {
  Template preset;
  preset.scheme = "slack";
  preset.signed_text = "v0:{timestamp}:{body}";
  preset.header = "X-Slack-Signature";
  preset.format = Template::Format::prefix;
  preset.prefix = "v0=";
  preset.timestamp_header = "X-Slack-Request-Timestamp";
  return preset;
}

Template shopify() {
  Template preset;
  preset.scheme = "shopify";
  preset.header = "X-Shopify-Hmac-Sha256";
  preset.encoding = Template::Encoding::base64;
  return preset;
}

Template twilio() {
  Template preset;
  preset.scheme = "twilio";
  preset.signed_text = "{url}{form}";
  preset.algorithm = Template::Algorithm::hmac_sha1;
  preset.header = "X-Twilio-Signature";
  preset.encoding = Template::Encoding::base64;
  preset.url = Template::UrlForm::any_port;
  return preset;
}

// The `Close` CRM.
Template close_crm() {
  Template preset;
  preset.scheme = "close";
  preset.signed_text = "{timestamp}{body}";
  preset.header = "close-sig-hash";
  preset.timestamp_header = "close-sig-timestamp";
  preset.secret_encoding = Template::SecretEncoding::hex;
  return preset;
}

Template espocrm() {
  Template preset;
  preset.scheme = "espocrm";
  preset.header = "Signature";
  preset.format = Template::Format::base64_pair;
  return preset;
}

Template twenty() {
  Template preset;
  preset.scheme = "twenty";
  preset.signed_text = "{timestamp}:{body}";
  preset.header = "X-Twenty-Webhook-Signature";
  preset.timestamp_header = "X-Twenty-Webhook-Timestamp";
  preset.unit = Template::Unit::milliseconds;
  return preset;
}

const Presets& presets() {
  static const Presets kPresets = {body_hmac(),  blank(),      standard_webhooks(),
                                   hubspot_v3(), hubspot_v2(), hubspot_v1(),
                                   github(),     stripe(),     slack(),
                                   shopify(),    twilio(),     close_crm(),
                                   espocrm(),    twenty()};
  return kPresets;
}

}  // namespace

std::optional<SignatureTemplate> signature_preset(std::string_view name) {
  for (const Template& preset : presets())
    if (preset.scheme == name) return preset;
  return std::nullopt;
}

const std::vector<std::string>& signature_presets() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Template& preset : presets()) names.push_back(preset.scheme);
    return names;
  }();
  return kNames;
}

}  // namespace fh
