// HMAC with any of the usual hashes, and Ed25519 signatures, over OpenSSL. Comparing a code with
// the one that was sent is the caller's, in constant time. Safe from any thread. Both throw
// HostError when there is no memory.
#pragma once

#include <string>
#include <string_view>

namespace fh {

enum class Hash { sha1, sha256, sha384, sha512 };

/// 20, 32, 48 or 64.
std::size_t bytes_of(Hash hash);

/// RFC 2104. Raw bytes.
std::string hmac(Hash hash, std::string_view key, std::string_view bytes);

inline constexpr std::size_t kEd25519Key = 32;
inline constexpr std::size_t kEd25519Signature = 64;

/// RFC 8032, pure Ed25519. False too for a key or a signature of another length.
[[nodiscard]] bool ed25519_verifies(std::string_view public_key, std::string_view bytes,
                                    std::string_view signature);

}  // namespace fh
