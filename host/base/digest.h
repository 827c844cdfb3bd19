// SHA-256, random bytes and the text forms of bytes, over OpenSSL. Comparisons of
// secrets go through equal_constant_time(). Safe from any thread.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace fh {

using Digest = std::array<unsigned char, 32>;

/// FIPS 180-4.
Digest sha256(std::string_view bytes);

std::string to_hex(std::string_view bytes);
std::string to_hex(const Digest& digest);
std::string to_base64(std::string_view bytes);
/// Without padding.
std::string to_base64url(std::string_view bytes);
inline std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Either case; nullopt for anything but whole pairs of hex digits.
std::optional<std::string> from_hex(std::string_view text);
/// RFC 4648 section 4, padding required; nullopt for anything else.
std::optional<std::string> from_base64(std::string_view text);
/// RFC 4648 section 5, padding optional; nullopt for anything else.
std::optional<std::string> from_base64url(std::string_view text);

/// Time depends on the lengths only, never on where the two differ.
bool equal_constant_time(std::string_view left, std::string_view right);

/// Cryptographically strong; throws HostError when the system gives none.
std::string random_bytes(std::size_t count);

}  // namespace fh
