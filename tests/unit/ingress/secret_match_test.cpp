// That neither a byte nor which secret matched shows in the timing.
#include "ingress/secret_match.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

TEST(FindSecret, TriesEverySecretWhicheverMatches) {
  std::vector<Secret> secrets;
  for (const char* name : {"a", "b", "c"})
    secrets.push_back({.name = name, .from = SecretRef(SecretRef::Kind::env, name), .key = "key"});
  for (const std::string expected : {"a", "b", "c"}) {
    int tried = 0;
    const Verdict verdict = find_secret(secrets, {}, [&](const Secret& secret) {
      ++tried;
      return secret.name == expected;
    });
    EXPECT_EQ(std::get<Verified>(verdict).secret, expected);
    EXPECT_EQ(tried, 3) << expected;
  }
}

}  // namespace
}  // namespace fh
