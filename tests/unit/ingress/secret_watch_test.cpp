#include "ingress/secret_watch.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "support/temp_folder.h"

namespace fh {
namespace {

class SecretWatchTest : public ::testing::Test {
 protected:
  SecretWatchTest() {
    source_.name = "crm";
    source_.verify.scheme = BearerToken{};
    Secret& secret = source_.verify.secrets.emplace_back(
        Secret{"2026-12", SecretRef(SecretRef::Kind::file, file_.string())});
    secret.unusable = "there is no such file";
  }
  void write_secret(const std::string& text) { std::ofstream(file_) << text; }

  test::TempFolder folder_;
  const std::filesystem::path file_ = folder_ / "secret";
  const SecretRef nowhere_{SecretRef::Kind::env, "NOWHERE"};
  SourceConfig source_;
  const ManualClock clock_{from_ms(1'800'000'000'000)};
};

TEST_F(SecretWatchTest, TakesASecretOnceItIsThereAndReadsItNoMore) {
  SecretWatch watch({source_}, clock_);
  EXPECT_TRUE(watch.look());
  const SecretWatch::Verify before = watch.verify_of("crm");
  EXPECT_FALSE(before->can_verify(clock_.now()));
  write_secret("the to");
  EXPECT_TRUE(watch.look()) << "it may be half of it";
  EXPECT_EQ(watch.verify_of("crm")->secrets[0].key, "");
  write_secret("the token\n");
  EXPECT_TRUE(watch.look());
  EXPECT_FALSE(watch.look());
  EXPECT_EQ(watch.verify_of("crm")->secrets[0].key, "the token");
  EXPECT_TRUE(watch.verify_of("crm")->can_verify(clock_.now()));
  EXPECT_EQ(before->secrets[0].key, "") << "a request under way keeps what it began with";
  write_secret("half of anoth");
  EXPECT_FALSE(watch.look());
  EXPECT_EQ(watch.verify_of("crm")->secrets[0].key, "the token");
}

TEST_F(SecretWatchTest, GoesOnLookingWhileWhatIsThereIsNoGood) {
  source_.verify.scheme = BasicPassword{};
  SecretWatch watch({source_}, clock_);
  write_secret("no colon");
  EXPECT_TRUE(watch.look());
  EXPECT_EQ(watch.verify_of("crm")->secrets[0].key, "");
  EXPECT_NE(watch.verify_of("crm")->secrets[0].unusable.find("has no \":\""), std::string::npos);
  write_secret("user:password");
  EXPECT_TRUE(watch.look());
  EXPECT_FALSE(watch.look());
}

TEST_F(SecretWatchTest, SaysOnceThatTheLastOneInForceExpired) {
  ManualClock clock{clock_.now()};
  const TimePoint end = clock.now() + Millis(1000);
  source_.verify.secrets = {{.name = "2026-11", .from = nowhere_, .not_after = clock.now()},
                            {.name = "2026-12", .from = nowhere_, .not_after = end}};
  SecretWatch watch({source_}, clock);
  const auto said = [&](bool more) {
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(watch.look(), more);
    return ::testing::internal::GetCapturedStderr();
  };
  clock.advance(Millis(1000));
  EXPECT_EQ(said(true), "") << "one is in force";
  clock.advance(Millis(1));
  const std::string text = said(false);
  for (const char* name : {"2026-11", "2026-12"})
    EXPECT_NE(text.find(std::string("error secret_unusable source=crm secret=") + name +
                        " error=\"it expired at "),
              std::string::npos)
        << text;
  EXPECT_EQ(said(false), "") << "once";
}

TEST_F(SecretWatchTest, SaysOfNoneThatExpiredThatItIsThereNow) {
  Secret old{.name = "2026-11", .from = nowhere_, .not_after = from_ms(0)};
  old.key = "gone by";
  source_.verify.secrets.push_back(old);
  SecretWatch watch({source_}, clock_);
  ::testing::internal::CaptureStderr();
  EXPECT_TRUE(watch.look());
  write_secret("the token");
  EXPECT_TRUE(watch.look());
  EXPECT_FALSE(watch.look());
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("secret_read source=crm secret=2026-12"), std::string::npos) << log;
  EXPECT_NE(log.find("secret_unusable source=crm secret=2026-11"), std::string::npos) << log;
  EXPECT_EQ(log.find("secret_read source=crm secret=2026-11"), std::string::npos) << log;
}

TEST_F(SecretWatchTest, OfARetiredSourceLooksForNothing) {
  source_.retired = true;
  SecretWatch watch({source_}, clock_);
  EXPECT_FALSE(watch.look());
}

}  // namespace
}  // namespace fh
