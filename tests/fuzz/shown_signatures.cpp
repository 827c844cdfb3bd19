// The signatures a header shows: a line of format, encoding, label and separator, then the header.
#include "ingress/shown_signatures.h"

#include "config/signature_template.h"
#include "fuzz/fuzz_target.h"

namespace fh::fuzz {
namespace {

template <class Choice>
Choice chosen(const ChoiceNames<Choice>& names, const std::string& word) {
  for (const auto& [name, choice] : names)
    if (name == word) return choice;
  return names.front().second;
}

}  // namespace
}  // namespace fh::fuzz

FUZZ_TARGET(shown_signatures) {
  std::vector<std::string> words = input.words();
  words.resize(4);
  SignatureTemplate signature;
  signature.header = "X-Signature";
  signature.format = chosen(format_names(), words[0]);
  signature.encoding = chosen(encoding_names(), words[1]);
  signature.label = signature.prefix = words[2];
  signature.ed25519_label = words[2] + "a";
  signature.timestamp_label = "t";
  signature.separator = words[3] == "blank" ? " " : words[3];
  RawRequest request;
  request.headers.emplace_back("x-signature", input.rest());

  const auto read = read_shown(signature, request);
  if (const auto* why = std::get_if<VerifyRefusal>(&read)) {
    MUST_HOLD(why->text.starts_with("header X-Signature "));
    return;
  }
  const auto& shown = std::get<ShownSignatures>(read);
  MUST_HOLD(!shown.all.empty() && shown.all.size() <= 16);
  for (const ShownSignature& one : shown.all) {
    const auto algorithm =
        one.ed25519 ? SignatureTemplate::Algorithm::ed25519 : signature.algorithm;
    MUST_HOLD(one.bytes.size() == signature_size(algorithm));
    MUST_HOLD(decoded(signature.encoding, encoded(signature.encoding, one.bytes)) == one.bytes);
  }
  if (shown.timestamp) MUST_HOLD(signature.format == SignatureTemplate::Format::key_value);
}
