// A configuration: every refusal is a list of sentences, and what is taken can be described, taken
// again, and is then described in the same words.
#include "config/config.h"

#include "config/config_text.h"
#include "fuzz/fuzz_target.h"

namespace fh::fuzz {
namespace {

constexpr const char* kFile = "/etc/fieldhook/fieldhook.json";

std::optional<Config> read(const std::string& text) {
  try {
    return read_config(text, kFile, {.read_secrets = false});
  } catch (const ConfigErrors& errors) {
    MUST_HOLD(!errors.mistakes().empty());
    for (const std::string& mistake : errors.mistakes()) MUST_HOLD(mistake.starts_with("config: "));
    return std::nullopt;
  }
}

}  // namespace
}  // namespace fh::fuzz

FUZZ_TARGET(config) {
  const std::string text = input.rest();
  const StrictJson strict = parse_strict(text);
  const ConfigText read_as_config = parse_config_text(text);
  // Plain JSON is a configuration's text too.
  if (!strict.refusal) {
    MUST_HOLD(!read_as_config.syntax_error && read_as_config.repeated_keys.empty());
    MUST_HOLD(read_as_config.value == strict.value);
  }
  const auto config = read(text);
  if (!config) return;
  MUST_HOLD(!read_as_config.syntax_error);
  const Json described = describe(*config);
  const auto again = read(to_text(described));
  MUST_HOLD(again);
  MUST_HOLD(describe(*again) == described);
}
