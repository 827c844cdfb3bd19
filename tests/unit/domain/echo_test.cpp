#include "domain/echo.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

using Echoes = std::vector<Echo>;

TEST(Echo, IsSpelledOneWay) {
  const struct {
    const char* field;
    const char* value;
    Echoes echoes;
  } cases[] = {
      {"s", R"("Passed")", {{"s", R"("Passed")"}}},
      {"custom_field.s", "null", {{"s", "null"}}},
      {"a.b", "true", {{"a.b", "true"}}},
      {"n", "5.0", {{"n", "5"}}},
      {"n", "5", {{"n", "5"}}},
      {"n", "-0.0", {{"n", "0"}}},
      {"n", "5.5", {{"n", "5.5"}}},
      {"n", "1e300", {{"n", "1e+300"}}},
      {"list", "[1.0, {\"x\": 2.0}]", {{"list", R"([1,{"x":2}])"}}},
      {"custom_field", R"({"a": 1.0, "b": {"c": "x"}})", {{"a", "1"}, {"b", R"({"c":"x"})"}}},
      {"custom_field", "{}", {{"custom_field", "{}"}}},
      {"custom_field", "\"x\"", {{"custom_field", "\"x\""}}},
  };
  for (const auto& one : cases)
    EXPECT_EQ(echoes_of(one.field, Json::parse(one.value)), one.echoes)
        << one.field << " " << one.value;
}

}  // namespace
}  // namespace fh
