// Bytes as text: hex and both base64. Writing and reading are each other's reverse.
#include "base/digest.h"
#include "fuzz/fuzz_target.h"

FUZZ_TARGET(encodings) {
  const std::string text = input.rest();
  MUST_HOLD(from_hex(to_hex(text)) == text);
  MUST_HOLD(from_base64(to_base64(text)) == text);
  MUST_HOLD(from_base64url(to_base64url(text)) == text);
  if (const auto bytes = from_hex(text)) MUST_HOLD(bytes->size() * 2 == text.size());
  if (const auto bytes = from_base64(text)) MUST_HOLD(to_base64(*bytes) == text);
  if (const auto bytes = from_base64url(text))
    MUST_HOLD(to_base64url(*bytes) == text.substr(0, text.find('=')));
}
