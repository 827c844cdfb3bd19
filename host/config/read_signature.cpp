// The signature template as a source writes it: a preset's, with its own keys before it, and what
// must hold for a template that protects anything.
#include "config/config_sections.h"
#include "config/signature_template.h"

namespace fh {
namespace {

using namespace std::chrono_literals;
using Template = SignatureTemplate;
using Kind = SignedPart::Kind;

std::string text_or(ConfigReader& in, const std::string& key, const std::string& preset) {
  const std::string value = in.text_or_empty(key);
  return in.has(key) ? value : preset;
}

template <class Choice>
Choice read_choice(ConfigReader& in, const std::string& key, const ChoiceNames<Choice>& names,
                   Choice preset) {
  std::vector<std::string> known;
  for (const auto& [name, choice] : names) known.push_back(name);
  const std::string given = in.choice(key, known, name_in(names, preset));
  for (const auto& [name, choice] : names)
    if (name == given) return choice;
  return preset;
}

void read_timestamp(ConfigReader in, Template& signature) {
  const std::string header = text_or(in, "header", signature.timestamp_header);
  const std::string label = text_or(in, "label", signature.timestamp_label);
  check_header(in, "header", header);
  // Where the source names one place, the preset's other one does not count.
  signature.timestamp_header = in.has("label") && !in.has("header") ? "" : header;
  signature.timestamp_label = in.has("header") && !in.has("label") ? "" : label;
  signature.unit = read_choice(in, "unit", unit_names(), signature.unit);
  if (in.is_text("tolerance", {"0ms", "0s", "0m", "0h", "0d"}))
    in.mistake("tolerance",
               "is 0, so that no delivery could come in time: give how far clocks and networks may "
               "be apart, such as \"5m\"");
  else
    signature.tolerance = in.duration("tolerance", signature.tolerance, {1s, 7 * 24h});
  // Signed all the same, the lack of it is told by check_signed().
  if (signature.has_timestamp() || signature.signs(Kind::timestamp)) return;
  for (const char* key : {"unit", "tolerance"})
    if (in.has(key))
      in.mistake(key, "means nothing: without a header or a label no timestamp is checked");
}

void read_format(ConfigReader& in, Template& signature) {
  const std::string prefix = text_or(in, "prefix", signature.prefix);
  const bool implied = !prefix.empty() && signature.format == Template::Format::raw;
  signature.prefix = prefix;
  signature.format = read_choice(in, "format", format_names(),
                                 implied ? Template::Format::prefix : signature.format);
  signature.prefix_optional = in.flag("prefix_optional", signature.prefix_optional);
  signature.separator = text_or(in, "separator", signature.separator);
  signature.label = text_or(in, "label", signature.label);
  signature.ed25519_label = text_or(in, "ed25519_label", signature.ed25519_label);
}

void check_format(ConfigReader& in, const Template& signature) {
  const auto format = signature.format;
  const bool labelled =
      format == Template::Format::key_value || format == Template::Format::versioned;
  const std::string name = "\"" + name_in(format_names(), format) + "\"";
  if (labelled && signature.label.empty())
    in.mistake("label", "is missing: format " + name + " marks its signatures, such as \"v1\"");
  if (labelled && signature.separator.empty())
    in.mistake("separator", "is missing: format " + name + " is a list");
  if (!labelled && in.has("label")) in.mistake("label", "means nothing in format " + name);
  if (format != Template::Format::versioned && in.has("ed25519_label"))
    in.mistake("ed25519_label", "means nothing in format " + name);
  if (signature.format == Template::Format::prefix && signature.prefix.empty())
    in.mistake("prefix", "is missing: format \"prefix\" needs one");
  if (signature.format != Template::Format::prefix && !signature.prefix.empty())
    in.mistake("prefix", "means nothing in format " + name);
  if (in.has("prefix_optional") && signature.format != Template::Format::prefix)
    in.mistake("prefix_optional", "means nothing in format " + name);
  if (!signature.timestamp_label.empty() && format != Template::Format::key_value)
    in.mistake("timestamp", "has a label, which only format \"key-value\" can show");
}

// What is checked must be signed, or a stranger could write it; what is signed must be somewhere.
void check_signed(ConfigReader& in, const Template& signature) {
  // The form of a JSON body is empty: its hash stands in the URL (signed_url.h).
  const bool covers_form = signature.signs(Kind::form) && signature.signs(Kind::url);
  if (!signature.signs(Kind::body) && !covers_form)
    in.mistake("signed", signature.signs(Kind::form)
                             ? "does not cover a body that is no form: add {url} or {body}"
                             : "does not cover the body: add {body}");
  if (signature.has_timestamp() && !signature.signs(Kind::timestamp))
    in.mistake("timestamp",
               "is checked but not signed, so anybody could write a fresh one: add {timestamp} to "
               "signed, or leave it out");
  if (!signature.has_timestamp() && signature.signs(Kind::timestamp))
    in.mistake("timestamp", "is missing: signed has {timestamp}, so say its header or its label");
  if (!signature.timestamp_header.empty() && !signature.timestamp_label.empty())
    in.mistake("timestamp", "has a header and a label: give the one that the sender uses");
  if (signature.id_header.empty() == signature.signs(Kind::id))
    in.mistake("id_header", signature.id_header.empty() ? "is missing: signed has {id}"
                                                        : "is not signed: add {id} to signed");
  if (in.has("url") && !signature.signs(Kind::url))
    in.mistake("url", "means nothing: signed has no {url}");
  const bool plain = signature.algorithm == Template::Algorithm::sha256;
  if (plain != signature.signs(Kind::secret))
    in.mistake("algorithm", plain
                                ? "\"sha256\" has no key: signed must hold {secret}"
                                : "keeps the secret as its key: {secret} is for \"sha256\" alone");
}

void check_headers(ConfigReader& in, const Template& signature) {
  check_header(in, "header", signature.header);
  check_header(in, "id_header", signature.id_header);
  for (const std::string& prefix : signature.header_prefixes)
    check_header(in, "header_prefixes", prefix);
  for (const SignedPart& part : signature.parts)
    if (part.kind == Kind::header) check_header(in, "signed", part.text);
}

}  // namespace

void check_header(ConfigReader& in, const std::string& key, const std::string& header) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";
  if (header.find_first_not_of(kAllowed) != std::string::npos)
    in.mistake(key, "\"" + header + "\" is no header's name");
}

SignatureTemplate read_signature(ConfigReader& in, const std::string& scheme) {
  Template signature = signature_preset(scheme).value();
  signature.signed_text = text_or(in, "signed", signature.signed_text);
  auto parts = parse_signed(signature.signed_text);
  const auto* wrong = std::get_if<std::string>(&parts);
  if (wrong != nullptr)
    in.mistake("signed", *wrong);
  else
    signature.parts = std::get<std::vector<SignedPart>>(std::move(parts));
  signature.algorithm = read_choice(in, "algorithm", algorithm_names(), signature.algorithm);
  const bool named = !signature.header.empty();
  signature.header = in.text("header", named ? std::optional(signature.header) : std::nullopt);
  signature.header_prefixes = in.texts("header_prefixes", signature.header_prefixes);
  read_format(in, signature);
  signature.encoding = read_choice(in, "encoding", encoding_names(), signature.encoding);
  read_timestamp(in.section("timestamp"), signature);
  signature.id_header = text_or(in, "id_header", signature.id_header);
  signature.url = read_choice(in, "url", url_form_names(), signature.url);
  signature.secret_encoding =
      read_choice(in, "secret_encoding", secret_encoding_names(), signature.secret_encoding);
  if (wrong != nullptr) return signature;
  check_format(in, signature);
  check_signed(in, signature);
  check_headers(in, signature);
  return signature;
}

}  // namespace fh
