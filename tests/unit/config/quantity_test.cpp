#include "config/quantity.h"

#include <gtest/gtest.h>

#include "config/listen_address.h"
#include "config/suggestion.h"

namespace fh {
namespace {

using namespace std::chrono_literals;

TEST(Quantity, ReadsDurations) {
  EXPECT_EQ(parse_duration("500ms"), Millis(500));
  EXPECT_EQ(parse_duration("10s"), Millis(10s));
  EXPECT_EQ(parse_duration("10m"), Millis(10min));
  EXPECT_EQ(parse_duration("2h"), Millis(2h));
  EXPECT_EQ(parse_duration("1d"), Millis(24h));
  EXPECT_EQ(parse_duration("0s"), Millis(0));
  for (const char* bad : {"", "s", "10", "-1s", "+1s", "1.5s", " 1s", "1s ", "1 s", "1S", "1w",
                          "9223372036854775807d", "99999999999999999999ms", "0x1s"})
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
}

TEST(Quantity, ReadsSizes) {
  EXPECT_EQ(parse_size("512B"), 512u);
  EXPECT_EQ(parse_size("64KiB"), 65536u);
  EXPECT_EQ(parse_size("1MiB"), 1048576u);
  EXPECT_EQ(parse_size("1GiB"), 1073741824u);
  EXPECT_EQ(parse_size("1KB"), 1000u);
  EXPECT_EQ(parse_size("1MB"), 1000000u);
  for (const char* bad : {"", "B", "1", "-1B", "1.5MiB", "1mib", "1M", "1 MiB", "9999999999999GiB"})
    EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
}

TEST(Quantity, WritesWhatItReads) {
  for (const char* text : {"0ms", "1ms", "1500ms", "10s", "90s", "10m", "2h", "1d"})
    EXPECT_EQ(duration_text(*parse_duration(text)), text);
  for (const char* text : {"0B", "512B", "1KiB", "1MiB", "3GiB", "1500B"})
    EXPECT_EQ(size_text(*parse_size(text)), text);
}

TEST(ListenAddress, ReadsAndWrites) {
  for (const char* text : {"0.0.0.0:8080", "[::1]:0", "localhost:65535", "[2001:db8::7f]:1"}) {
    const ParsedAddress parsed = parse_listen_address(text);
    EXPECT_FALSE(parsed.refusal) << text;
    EXPECT_EQ(parsed.value.text(), text);
  }
  for (const char* text :
       {"", ":", ":80", "host", "host:", "host:x", "host:-1", "host:65536", "::1:80", "[::1]",
        "[]:80", "[host]:80", "[fe80::1%eth0]:80", "a b:80", "host:80 ", "host:99999999999"})
    EXPECT_TRUE(parse_listen_address(text).refusal) << text;
}

TEST(ListenAddress, KnowsLoopback) {
  for (const char* host : {"127.0.0.1", "127.255.0.9", "::1", "localhost"})
    EXPECT_TRUE((ListenAddress{host, 1}.loopback())) << host;
  for (const char* host :
       {"0.0.0.0", "::", "10.0.0.1", "127.evil.example.org", "127.0.0", "1.127.0.0"})
    EXPECT_FALSE((ListenAddress{host, 1}.loopback())) << host;
}

TEST(Suggestion, CountsEdits) {
  EXPECT_EQ(edit_distance("secrets", "secrets"), 0u);
  EXPECT_EQ(edit_distance("secrts", "secrets"), 1u);
  EXPECT_EQ(edit_distance("scerets", "secrets"), 1u) << "a swap is one edit";
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Suggestion, IsNearOrNothing) {
  EXPECT_EQ(nearest("secrts", {"scheme", "secrets"}), "secrets");
  EXPECT_EQ(nearest("x", {"in"}), std::nullopt);
  EXPECT_EQ(nearest("hubspt", {"insites"}), std::nullopt);
  EXPECT_EQ(nearest("", {"a"}), std::nullopt);
  EXPECT_EQ(did_you_mean("jbs", {"jobs"}), " (did you mean \"jobs\"?)");
  EXPECT_EQ(did_you_mean("zzz", {"jobs"}), "");
}

}  // namespace
}  // namespace fh
