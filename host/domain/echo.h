// Echo: a change that a plugin said it is about to cause itself, as it is kept and looked for. Both
// sides spell it the same way: a custom field by its bare name, a whole number without a fraction.
// Pure functions; safe from any thread.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "base/json.h"

namespace fh {

struct Echo {
  std::string field;
  std::string value;  // JSON
  auto operator<=>(const Echo&) const = default;
};

/// 5.0 and 5 are one number, wherever in a value.
Json without_fractions(Json value);

/// What the change of a field to a value is: one echo, or one for each field of "custom_field".
std::vector<Echo> echoes_of(const std::string& field, const Json& value);

}  // namespace fh
