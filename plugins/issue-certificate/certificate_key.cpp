#include "issue-certificate/certificate_key.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace certificate {
namespace {

bool safe_in_names(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
         c == '_';
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[32];
  if (EVP_Digest(bytes.data(), bytes.size(), digest, nullptr, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("sha-256 is not available from this OpenSSL");
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string stem_of(std::string_view key) {
  constexpr std::size_t kMaxStem = 80;
  const bool fit =
      !key.empty() && key.size() <= kMaxStem && std::ranges::all_of(key, safe_in_names);
  return fit ? std::string(key) : sha256_hex(key);
}

std::string certificate_number(std::string_view key) {
  std::string number = sha256_hex(key).substr(0, 12);
  std::ranges::transform(number, number.begin(), [](unsigned char c) { return std::toupper(c); });
  return number.substr(0, 4) + '-' + number.substr(4, 4) + '-' + number.substr(8, 4);
}

}  // namespace certificate
