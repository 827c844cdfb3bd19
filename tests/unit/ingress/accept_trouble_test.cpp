#include "ingress/accept_trouble.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

namespace fh {
namespace {

using namespace std::chrono_literals;

constexpr AcceptTrouble::Time kStart(1h);

std::size_t lines_in(const std::string& log) {
  return static_cast<std::size_t>(std::count(log.begin(), log.end(), '\n'));
}

TEST(AcceptTrouble, IsNoneWhenTheSenderLeft) {
  AcceptTrouble trouble("ingest");
  testing::internal::CaptureStderr();
  for (const int error : {ECONNABORTED, ECONNRESET, ENOTCONN, EPROTO, EAGAIN, EHOSTUNREACH})
    EXPECT_FALSE(trouble.failed(error, "gone", kStart)) << error;
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(AcceptTrouble, LetsTheListenerRestWhenNothingIsLeftToAcceptWith) {
  AcceptTrouble trouble("ingest");
  testing::internal::CaptureStderr();
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, 0}) {
    EXPECT_TRUE(trouble.failed(error, "no more", kStart)) << error;
    EXPECT_EQ(trouble.rests_until(), kStart + 100ms);
  }
  EXPECT_TRUE(trouble.failed(EMFILE, "no more", kStart + 500ms));
  EXPECT_EQ(trouble.rests_until(), kStart + 600ms);
  testing::internal::GetCapturedStderr();
}

TEST(AcceptTrouble, IsLoggedOnceASecondAtMost) {
  AcceptTrouble trouble("ingest");
  testing::internal::CaptureStderr();
  for (int i = 0; i < 25; ++i) trouble.failed(EMFILE, "no more", kStart + i * 100ms);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(lines_in(log), 3u) << log;
  EXPECT_NE(log.find("server=ingest"), std::string::npos) << log;
  EXPECT_NE(log.find("times=10"), std::string::npos) << "none goes uncounted: " << log;
}

}  // namespace
}  // namespace fh
