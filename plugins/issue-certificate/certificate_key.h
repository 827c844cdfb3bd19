// The names that follow from an idempotency key: the stem of files and of the Message-ID, and the
// number printed on the certificate. Equal keys give equal names, on every run. Safe from any
// thread.
#pragma once

#include <string>
#include <string_view>

namespace certificate {

/// FIPS 180-4, 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

/// Fit for a file name and for the left side of a Message-ID: the key itself when it is 1 to 80
/// letters, digits, '-' and '_', else its SHA-256.
std::string stem_of(std::string_view key);

/// For people to read out and compare: "8A3F-21C0-77DE".
std::string certificate_number(std::string_view key);

}  // namespace certificate
