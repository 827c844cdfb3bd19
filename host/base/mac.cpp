#include "base/mac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>

#include "base/check.h"

namespace fh {
namespace {

const EVP_MD* digest_of(Hash hash) {
  switch (hash) {
    case Hash::sha1: return EVP_sha1();
    case Hash::sha256: return EVP_sha256();
    case Hash::sha384: return EVP_sha384();
    case Hash::sha512: return EVP_sha512();
  }
  CHECK(!"a hash");
}

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

std::size_t bytes_of(Hash hash) { return static_cast<std::size_t>(EVP_MD_size(digest_of(hash))); }

std::string hmac(Hash hash, std::string_view key, std::string_view bytes) {
  std::string code(bytes_of(hash), '\0');
  auto size = static_cast<unsigned int>(code.size());
  CHECK(HMAC(digest_of(hash), key.data(), static_cast<int>(key.size()), raw(bytes), bytes.size(),
             reinterpret_cast<unsigned char*>(code.data()), &size) != nullptr);
  return code;
}

bool ed25519_verifies(std::string_view public_key, std::string_view bytes,
                      std::string_view signature) {
  if (public_key.size() != kEd25519Key || signature.size() != kEd25519Signature) return false;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(public_key), public_key.size()),
      EVP_PKEY_free);
  if (key == nullptr) return false;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  CHECK(context != nullptr &&
        EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  return EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(bytes),
                          bytes.size()) == 1;
}

}  // namespace fh
