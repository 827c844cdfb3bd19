// A verification secret's bytes: what its text decodes to for its scheme. `whsec_` means base64 in
// Standard Webhooks and is opaque text elsewhere, so the scheme decides. Pure, but for reading the
// secret.
#pragma once

#include "config/verify_config.h"

namespace fh {

/// Fills key and public_key from value. Throws HostError, which names the reference and never the
/// value.
void decode_secret(Secret& secret, const VerifyScheme& scheme);

/// Resolves and decodes it. Throws like SecretRef::resolve() and decode_secret().
void read_secret(Secret& secret, const VerifyScheme& scheme);

/// Resolves and decodes every secret, for commands that loaded a configuration without its secrets.
void read_secrets(VerifyConfig& config);

/// The same, up to the first secret in force that can sign: the others need not be at hand.
void read_signing_secret(VerifyConfig& config, TimePoint now);

}  // namespace fh
