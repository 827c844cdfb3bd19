#include "domain/echo.h"

#include <cmath>

#include "domain/snapshot.h"

namespace fh {
namespace {

constexpr double kMostExact = 9007199254740992;  // beyond it a double skips whole numbers

}  // namespace

Json without_fractions(Json value) {
  if (value.is_structured()) {
    for (Json& inner : value) inner = without_fractions(std::move(inner));
  } else if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::abs(number) <= kMostExact && std::trunc(number) == number)
      return static_cast<std::int64_t>(number);
  }
  return value;
}

std::vector<Echo> echoes_of(const std::string& field, const Json& value) {
  if (field != kCustomFields || !value.is_object() || value.empty())
    return {{std::string(bare_field(field)), to_text(without_fractions(value))}};
  std::vector<Echo> echoes;
  for (const auto& [custom, inner] : value.items())
    echoes.push_back({custom, to_text(without_fractions(inner))});
  return echoes;
}

}  // namespace fh
