#include "base/mac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <iterator>
#include <memory>

#include "base/check.h"

namespace fh {
namespace {

struct HashFacts {
  const char* name;
  std::size_t bytes;
};

constexpr HashFacts kHashes[] = {{"SHA1", 20}, {"SHA256", 32}, {"SHA384", 48}, {"SHA512", 64}};

// All that OpenSSL can want here is memory, and whoever asked may be told so.
void require(bool done) {
  if (!done) throw HostError("OpenSSL cannot compute: is there memory left?");
}

struct FreeMac {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

MacContext make_context(const char* hash) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  require(mac != nullptr);
  MacContext context(EVP_MAC_CTX_new(mac));
  EVP_MAC_free(mac);
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(hash), 0),
      OSSL_PARAM_construct_end()};
  require(context != nullptr && EVP_MAC_CTX_set_params(context.get(), params) == 1);
  return context;
}

// Finding an algorithm by its name costs more than using it: each thread keeps what it found.
EVP_MAC_CTX* context_of(Hash hash) {
  thread_local MacContext contexts[std::size(kHashes)];
  MacContext& context = contexts[static_cast<std::size_t>(hash)];
  if (context == nullptr) context = make_context(kHashes[static_cast<std::size_t>(hash)].name);
  return context.get();
}

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

std::size_t bytes_of(Hash hash) { return kHashes[static_cast<std::size_t>(hash)].bytes; }

std::string hmac(Hash hash, std::string_view key, std::string_view bytes) {
  std::string code(bytes_of(hash), '\0');
  EVP_MAC_CTX* context = context_of(hash);
  std::size_t size = 0;
  // A null pointer would mean the key of before.
  require(EVP_MAC_init(context, key.empty() ? raw(" ") : raw(key), key.size(), nullptr) == 1 &&
          EVP_MAC_update(context, raw(bytes), bytes.size()) == 1 &&
          EVP_MAC_final(context, reinterpret_cast<unsigned char*>(code.data()), &size,
                        code.size()) == 1);
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
  require(context != nullptr &&
          EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  return EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(bytes),
                          bytes.size()) == 1;
}

}  // namespace fh
