#include "base/mac.h"

#include <gtest/gtest.h>

#include "base/digest.h"

namespace fh {
namespace {

// RFC 2202 and RFC 4231, test case 2.
TEST(Hmac, IsAsPublishedForEachHash) {
  const std::string key = "Jefe";
  const std::string text = "what do ya want for nothing?";
  EXPECT_EQ(to_hex(hmac(Hash::sha1, key, text)), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(to_hex(hmac(Hash::sha256, key, text)),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac(Hash::sha384, key, text)),
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
            "8e2240ca5e69e2c78b3239ecfab21649");
  EXPECT_EQ(to_hex(hmac(Hash::sha512, key, text)),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

TEST(Hmac, HasItsHashesSize) {
  for (const auto& [hash, size] : {std::pair(Hash::sha1, 20u), std::pair(Hash::sha256, 32u),
                                   std::pair(Hash::sha384, 48u), std::pair(Hash::sha512, 64u)}) {
    EXPECT_EQ(bytes_of(hash), size);
    EXPECT_EQ(hmac(hash, "k", "").size(), size);
  }
}

// RFC 8032 section 7.1, test 2.
TEST(Ed25519, VerifiesAsPublishedAndNothingElse) {
  const std::string key =
      *from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const std::string signature = *from_hex(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(ed25519_verifies(key, "\x72", signature));
  EXPECT_FALSE(ed25519_verifies(key, "\x73", signature));
  EXPECT_FALSE(ed25519_verifies(key, "", signature));
  std::string other = signature;
  other[0] ^= 1;
  EXPECT_FALSE(ed25519_verifies(key, "\x72", other));
  EXPECT_FALSE(ed25519_verifies(key, "\x72", signature.substr(1)));
  EXPECT_FALSE(ed25519_verifies(key.substr(1), "\x72", signature));
  EXPECT_FALSE(ed25519_verifies("", "\x72", ""));
}

// RFC 4648 section 10, and the two characters that differ.
TEST(Base64Url, IsBase64WithTwoOtherCharactersAndNoPadding) {
  for (const auto& [plain, text] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"\xfb\xff\xbf", "-_-_"}}) {
    EXPECT_EQ(to_base64url(plain), text);
    EXPECT_EQ(from_base64url(text), plain);
  }
  EXPECT_EQ(from_base64url("Zg=="), "f");
  for (const char* bad : {"Zg=", "Z", "Zh", "+/+/", "Zm9v\n", "Zm 9v", "Zg==="})
    EXPECT_EQ(from_base64url(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace fh
