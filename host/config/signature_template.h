// The signature template's words: the pieces of "{timestamp}.{body}", the presets, and the names of
// its choices in the file. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/verify_config.h"

namespace fh {

/// Takes a signed text apart; a text instead of the parts says what is wrong with it.
std::variant<std::vector<SignedPart>, std::string> parse_signed(std::string_view text);

/// "{body}", "{header:X-Id}", or a literal text in quotes: as people read it.
std::string name_of(const SignedPart& part);

/// nullopt: no preset has this name.
std::optional<SignatureTemplate> signature_preset(std::string_view name);
const std::vector<std::string>& signature_presets();

/// A choice's names in the file, in the order of documentation.
template <class Choice>
using ChoiceNames = std::vector<std::pair<std::string, Choice>>;

const ChoiceNames<SignatureTemplate::Algorithm>& algorithm_names();
const ChoiceNames<SignatureTemplate::Format>& format_names();
const ChoiceNames<SignatureTemplate::Encoding>& encoding_names();
const ChoiceNames<SignatureTemplate::Unit>& unit_names();
const ChoiceNames<SignatureTemplate::UrlForm>& url_form_names();
const ChoiceNames<SignatureTemplate::SecretEncoding>& secret_encoding_names();

template <class Choice>
const std::string& name_in(const ChoiceNames<Choice>& names, Choice choice) {
  for (const auto& [name, one] : names)
    if (one == choice) return name;
  return names.front().first;  // not reached: every choice has its name
}

}  // namespace fh
