// ShownSignatures: the signatures that a request shows, read from their header as a template's
// format says. A text that cannot be decoded is no signature; one good one among bad ones is
// enough. Pure.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "config/verify_config.h"
#include "ingress/raw_request.h"
#include "ingress/verdict.h"

namespace fh {

struct ShownSignature {
  std::string bytes;
  bool ed25519 = false;
};

struct ShownSignatures {
  std::vector<ShownSignature> all;       // never empty
  std::string prefix;                    // which of header_prefixes the request uses
  std::optional<std::string> timestamp;  // of a key-value list
};

std::variant<ShownSignatures, VerifyRefusal> read_shown(const SignatureTemplate& signature,
                                                        const RawRequest& request);

/// The one value of a header, which may be empty; refused when it is missing or repeated.
std::variant<std::string_view, VerifyRefusal> read_header(const RawRequest& request,
                                                          const std::string& name);

/// How many bytes a signature of this algorithm has.
std::size_t signature_size(SignatureTemplate::Algorithm algorithm);

/// A signature's bytes as its template writes them, and the way back.
std::string encoded(SignatureTemplate::Encoding encoding, std::string_view bytes);
std::optional<std::string> decoded(SignatureTemplate::Encoding encoding, std::string_view text);

}  // namespace fh
