// VerifyConfig: how a source's requests prove where they come from: by a signature that one
// template describes, by a token, or not at all. docs/verification.md explains it. Plain values.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "config/secret_ref.h"

namespace fh {

/// A named secret that is checked on every request, so that it is read once, when the file is.
/// One without a key proves nothing.
struct Secret {
  std::string name;  // for logs, metrics and rotation; the value never shows
  SecretRef from;
  std::string value = {};                   // empty: it was not to be read, or could not be
  std::optional<TimePoint> not_after = {};  // proves nothing from then on
  std::string key = {};                     // the value as its scheme decodes it (secret_key.h)
  bool public_key = false;                  // `key` is an Ed25519 one
  std::string unusable = {};                // why there is no key; "": there is one

  bool in_force(TimePoint now) const { return !not_after || now <= *not_after; }
};

/// One piece of what a sender signs.
struct SignedPart {
  enum class Kind { text, body, timestamp, id, method, url, form, secret, header };
  Kind kind = Kind::text;
  std::string text = {};  // of a text: itself; of a header: its name
};

/// What a sender signs, how, and where the signature stands. A preset fills it; what the source
/// writes beside the preset overrides it.
struct SignatureTemplate {
  enum class Algorithm { hmac_sha1, hmac_sha256, hmac_sha384, hmac_sha512, ed25519, sha256 };
  enum class Format { raw, prefix, key_value, versioned, base64_pair };
  enum class Encoding { hex, base64, base64url };
  enum class Unit { seconds, milliseconds };
  enum class UrlForm { as_is, hubspot, any_port };
  enum class SecretEncoding { text, hex, base64, whsec };

  std::string scheme = "signature";    // the name it goes by in the file
  std::string signed_text = "{body}";  // as written
  std::vector<SignedPart> parts = {};  // the same, taken apart
  Algorithm algorithm = Algorithm::hmac_sha256;
  std::string header = {};
  std::vector<std::string> header_prefixes = {};  // before every header's name; one set counts
  Format format = Format::raw;
  std::string prefix = {};
  bool prefix_optional = false;
  std::string separator = {};      // between several signatures; "": there is one
  std::string label = {};          // key_value, versioned: of the signatures that count
  std::string ed25519_label = {};  // versioned: of those made with Ed25519
  Encoding encoding = Encoding::hex;
  std::string timestamp_header = {};
  std::string timestamp_label = {};  // key_value: the timestamp's
  Unit unit = Unit::seconds;
  Millis tolerance = std::chrono::minutes(5);  // either way
  std::string id_header = {};
  UrlForm url = UrlForm::as_is;
  SecretEncoding secret_encoding = SecretEncoding::text;

  bool has_timestamp() const { return !timestamp_header.empty() || !timestamp_label.empty(); }
  bool signs(SignedPart::Kind kind) const;
};

/// The token is the value of one query parameter.
struct QueryToken {
  std::string parameter;
};

/// The token is the one path segment after `base`, the source's path without a slash at its end.
struct PathToken {
  std::string base;
};

/// The token is the header's value after `prefix`.
struct HeaderToken {
  std::string header;
  std::string prefix;
};

/// "Authorization: Bearer TOKEN", RFC 6750.
struct BearerToken {};

/// "Authorization: Basic ...", RFC 7617. The secret is the password of `user`; with no user it is
/// both, "user:password".
struct BasicPassword {
  std::string user;
};

/// The token is a text in the JSON body, at a JSON Pointer.
struct BodyToken {
  std::string pointer;
  int max_depth = kMaxJsonDepth;  // the source's: a deeper body is not read for its token
};

/// Anybody may post.
struct Unauthenticated {};

using VerifyScheme = std::variant<SignatureTemplate, QueryToken, PathToken, HeaderToken,
                                  BearerToken, BasicPassword, BodyToken, Unauthenticated>;

/// One that proves nothing, for status, log and metrics.
struct UnusableSecret {
  std::string name;
  std::string why;
};

struct VerifyConfig {
  VerifyScheme scheme;
  std::vector<Secret> secrets;  // any of them is good; the first is the one to sign with
  std::string public_url = {};  // the source's, as its sender knows it; for signatures over it

  /// Whether any request can be proved: a usable secret is in force, or none is asked for.
  bool can_verify(TimePoint now) const;
  /// The first secret that could prove something by now, were it usable; nullptr: there is none.
  const Secret* lacks(TimePoint now) const;
  /// Those without a key; where none can prove anything by now, those that expired too. An old
  /// one beside one in force is how a secret is changed.
  std::vector<UnusableSecret> unusable(TimePoint now) const;
};

/// Every scheme's name in the file, hmac-sha256 first.
const std::vector<std::string>& verify_schemes();
std::string name_of(const VerifyScheme& scheme);

}  // namespace fh
