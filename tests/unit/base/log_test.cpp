#include "base/log.h"

#include <gtest/gtest.h>

#include <sstream>

namespace fh {
namespace {

TEST(Log, WritesEveryValueAsText) {
  const struct {
    std::string_view value;
    const char* written;
  } cases[] = {
      {"bare", "bare"},
      {"", R"("")"},
      {"two words", R"("two words")"},
      {"a=\"b\\\n", R"("a=\"b\\\n")"},
      {{"\x00\x1b\x7f", 3}, R"("\x00\x1b\x7f")"},
      {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
      {"\xc2\x9b"
       "31m\xc2\x80",
       R"("\xc2\x9b31m\xc2\x80")"},
      {"\xc2\x9f\xc2\xa0", "\"\\xc2\\x9f\xc2\xa0\""},
      {"caf\xe9", R"("caf\xe9")"},
      {"\xe2\x82", R"("\xe2\x82")"},
      {"\xc0\xaf \xc3\xa9", "\"\\xc0\\xaf \xc3\xa9\""},
      {"\xed\xa0\x80", R"("\xed\xa0\x80")"},
      {"\xf4\x90\x80\x80", R"("\xf4\x90\x80\x80")"},
      {"\xe0\x9f\xbf\xff", R"("\xe0\x9f\xbf\xff")"},
  };
  testing::internal::CaptureStderr();
  for (const auto& one : cases) log_info("event", {{"text", one.value}});
  std::istringstream log(testing::internal::GetCapturedStderr());
  for (const auto& one : cases) {
    std::string line;
    ASSERT_TRUE(std::getline(log, line));
    EXPECT_EQ(line.substr(line.find("text=") + 5), one.written);
  }
}

}  // namespace
}  // namespace fh
