// What a source says is signed: taken apart and put together it is the same text.
#include "config/signature_template.h"
#include "fuzz/fuzz_target.h"

FUZZ_TARGET(signed_template) {
  const std::string text = input.rest();
  const auto parsed = parse_signed(text);
  if (const auto* why = std::get_if<std::string>(&parsed)) {
    MUST_HOLD(why->find("which is no part") != std::string::npos);
    return;
  }
  std::string again;
  for (const SignedPart& part : std::get<std::vector<SignedPart>>(parsed)) {
    MUST_HOLD(part.kind != SignedPart::Kind::text || !part.text.empty());
    again += part.kind == SignedPart::Kind::text ? part.text : name_of(part);
  }
  MUST_HOLD(again == text);
}
