// Percent-encoding and queries: decoding takes back what encoding did, and the two readings of a
// query agree.
#include "ingress/percent.h"

#include "fuzz/fuzz_target.h"

FUZZ_TARGET(percent) {
  const std::string name = input.line();
  const std::string text = input.rest();
  const std::string encoded = percent_encode(text);
  MUST_HOLD(percent_decode(encoded) == text);
  MUST_HOLD(encoded.find_first_of("&=+ \n\r?#/") == std::string::npos);
  if (const auto plain = percent_decode(text)) {
    MUST_HOLD(plain->size() <= text.size());
    MUST_HOLD(percent_decode(percent_encode(*plain)) == plain);
  }
  const auto pairs = query_pairs(text);
  std::size_t of_that_name = 0;
  for (const auto& [key, value] : pairs)
    if (key == name && percent_decode(name) == name) ++of_that_name;
  const auto values = query_values(text, name);
  if (name.find('%') == std::string::npos) MUST_HOLD(values.size() == of_that_name);
  for (const auto value : values) MUST_HOLD(value.find('&') == std::string_view::npos);
  const std::string query = percent_encode(name) + "=" + encoded;
  MUST_HOLD(query_pairs(query) == std::vector<std::pair<std::string, std::string>>{{name, text}});
  MUST_HOLD(query_values(query, name).size() == 1);
}
