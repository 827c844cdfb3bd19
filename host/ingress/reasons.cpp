#include "ingress/reasons.h"

#include <algorithm>

namespace fh {
namespace {

std::string reason_of(const Considered& one) {
  return one.duplicate_of ? "duplicate " + of_delivery(*one.duplicate_of) : one.reason;
}

}  // namespace

// What changed in a whole record is known only now: the next one replaces what it is compared with.
// A change list can be read again from the body.
std::string no_match(const Event& event, const Changes& changes) {
  constexpr std::size_t kMostText = 200;
  std::string reason = "no_match";
  if (event.mode != PayloadMode::full_object) return reason;
  std::size_t told = 0;
  for (const auto& [field, change] : changes) {
    if (reason.size() + field.size() > kMostText) break;
    reason += (told++ == 0 ? ": " : ", ") + field;
  }
  if (told == changes.size()) return reason;
  const std::string rest = std::to_string(changes.size() - told);
  return reason + (told == 0 ? ": " + rest + " with long names" : " and " + rest + " more");
}

std::string of_delivery(std::int64_t id) { return "of delivery " + std::to_string(id); }

bool is_not_read(std::string_view reason) {
  for (const char* start : {"unmapped", "capture", "other_record: ", "other_event: ", "no_events"})
    if (reason.starts_with(start)) return true;
  return false;
}

std::string joined_reasons(const Arrival& arrival, const std::vector<Considered>& all) {
  constexpr std::size_t kMostText = 500;
  std::vector<std::string> reasons;
  const auto add = [&](std::string reason) {
    if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
      reasons.push_back(std::move(reason));
  };
  for (const Considered& one : all) add(reason_of(one));
  if (!arrival.unmapped.empty()) add("unmapped: " + arrival.unmapped);
  if (!arrival.ignored.empty()) add(arrival.ignored);
  std::string text;
  std::size_t told = 0;
  for (const std::string& reason : reasons) {
    if (text.size() + reason.size() > kMostText) break;
    text += (told++ == 0 ? "" : kReasonSeparator) + reason;
  }
  if (told == reasons.size()) return text;
  return text + kReasonSeparator + "and " + std::to_string(reasons.size() - told) + " more";
}

std::optional<std::string> event_reasons(const Arrival& arrival,
                                         const std::vector<Considered>& all) {
  const bool all_read = arrival.unmapped.empty() && arrival.ignored.empty();
  if (all.empty() || (all.size() == 1 && all_read)) return std::nullopt;
  Json reasons = Json::object();
  for (const Considered& one : all)
    if (one.matches.empty()) reasons[reason_of(one)].push_back(one.arrived->event.ordinal);
  return to_text(reasons);
}

std::map<int, std::string> reasons_by_ordinal(const std::string& event_reasons) {
  std::map<int, std::string> reasons;
  const Json by_reason = event_reasons.empty() ? Json::object() : Json::parse(event_reasons);
  for (const auto& [reason, ordinals] : by_reason.items())
    for (const Json& ordinal : ordinals) reasons[ordinal.get<int>()] = reason;
  return reasons;
}

}  // namespace fh
