// What a sender profile reads, as JSON, so that a table of cases says all of it in a few lines.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "senders/sender_profile.h"

namespace fh::test {

inline Json sample(const std::string& name) {
  std::ifstream file(std::string(FIELDHOOK_FIXTURES) + "/deliveries/" + name + ".json");
  StrictJson parsed = parse_strict(std::string(std::istreambuf_iterator<char>(file), {}));
  EXPECT_FALSE(parsed.refusal) << name;
  return std::move(parsed.value);
}

/// Parts that say nothing (an empty text, no snapshot) are left out.
inline Json to_json(const Event& event) {
  Json json = {{"type", name_of(event.type)},
               {"kind", name_of(event.kind)},
               {"mode", name_of(event.mode)},
               {"changes", fh::to_json(event.changes)}};
  for (const auto& [key, text] :
       {std::pair("uuid", event.aliases.uuid), std::pair("id", event.aliases.id),
        std::pair("sender_id", event.sender_id), std::pair("occurred_at", event.occurred_at),
        std::pair("actor", event.actor), std::pair("set_aside", event.set_aside)})
    if (!text.empty()) json[key] = text;
  if (event.snapshot.known()) json["snapshot"] = event.snapshot.json();
  return json;
}

/// A list of events; or the text that says why there is none.
inline Json to_json(const SenderReading& reading) {
  Json json = Json::array();
  for (const Event& event : reading.events) json.push_back(to_json(event));
  if (!json.empty()) return json;
  return reading.unmapped.empty() ? reading.ignored : "unmapped: " + reading.unmapped;
}

struct ReadingCase {
  std::string name;
  std::string body;
  std::string expected;  // a JSON list of events, or a text
  SourceTerms terms = {};
};

inline void PrintTo(const ReadingCase& one, std::ostream* out) { *out << one.name; }
inline std::string case_name(const testing::TestParamInfo<ReadingCase>& info) {
  return info.param.name;
}

inline void expect_reading(const std::string& sender, const ReadingCase& one) {
  const Json got = to_json(find_sender(sender)(Json::parse(one.body), one.terms));
  const bool list = one.expected.starts_with('[');
  EXPECT_EQ(got, list ? Json::parse(one.expected) : Json(one.expected));
}

}  // namespace fh::test
