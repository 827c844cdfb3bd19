#include "admin/view_json.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

TEST(ViewJson, AResultThatIsNoGoodJsonIsShownAsText) {
  const std::string deep(100, '[');
  const std::string closed = deep + std::string(100, ']');
  const std::pair<std::string, Json> cases[] = {
      {"", nullptr},    {R"({"sent":2})", {{"sent", 2}}}, {"null", nullptr},
      {"sent", "sent"}, {"[1] [2]", "[1] [2]"},           {closed, closed},
  };
  for (const auto& [result, shown] : cases) {
    RunView run;
    run.result = result;
    EXPECT_EQ(to_json(run)["result"], shown) << result;
  }
}

TEST(ViewJson, WhatNoSecretProvedHasNoneThere) {
  DeliveryView delivery;
  EXPECT_TRUE(to_json(delivery)["secret"].is_null());
  delivery.secret = "2026-11";
  EXPECT_EQ(to_json(delivery)["secret"], "2026-11");
}

}  // namespace
}  // namespace fh
