#include "senders/body_parts.h"

#include <algorithm>
#include <map>

namespace fh {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_word_char(char c) {
  return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

const Json* member_of(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::string text_in(const Json* value) {
  if (value == nullptr) return "";
  if (value->is_string()) return *value;
  return value->is_number() ? to_text(*value) : "";
}

std::string name_in(const Json* value) {
  return value != nullptr && value->is_number_float() ? "" : text_in(value);
}

std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words;
  bool fresh = true;
  for (const char c : text) {
    if (!is_word_char(c)) {
      fresh = true;
      continue;
    }
    if (fresh || is_upper(c)) words.emplace_back();
    words.back() += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    fresh = false;
  }
  return words;
}

std::optional<RecordType> record_type_of(const std::string& word) {
  static const std::map<std::string, RecordType> kWords = {
      {"contact", RecordType::contact},       {"contacts", RecordType::contact},
      {"person", RecordType::contact},        {"people", RecordType::contact},
      {"persons", RecordType::contact},       {"company", RecordType::company},
      {"companies", RecordType::company},     {"organization", RecordType::company},
      {"organizations", RecordType::company}, {"organisation", RecordType::company},
      {"organisations", RecordType::company}, {"account", RecordType::company},
      {"accounts", RecordType::company}};
  const auto found = kWords.find(word);
  return found == kWords.end() ? std::nullopt : std::optional(found->second);
}

std::optional<EventKind> event_kind_of(const std::string& word) {
  static const std::map<std::string, EventKind> kWords = {
      {"created", EventKind::created},  {"create", EventKind::created},
      {"creation", EventKind::created}, {"added", EventKind::created},
      {"add", EventKind::created},      {"insert", EventKind::created},
      {"inserted", EventKind::created}, {"new", EventKind::created},
      {"updated", EventKind::updated},  {"update", EventKind::updated},
      {"changed", EventKind::updated},  {"change", EventKind::updated},
      {"edit", EventKind::updated},     {"edited", EventKind::updated},
      {"deleted", EventKind::deleted},  {"delete", EventKind::deleted},
      {"deletion", EventKind::deleted}, {"removed", EventKind::deleted},
      {"remove", EventKind::deleted},   {"destroyed", EventKind::deleted},
      {"destroy", EventKind::deleted}};
  const auto found = kWords.find(word);
  return found == kWords.end() ? std::nullopt : std::optional(found->second);
}

Change change_in(const Json& value) {
  constexpr std::pair<const char*, const char*> kPairs[] = {
      {"from", "to"}, {"old", "new"}, {"previous", "current"}};
  if (value.is_object() && value.size() == 2)
    for (const auto& [from, to] : kPairs)
      if (value.contains(from) && value.contains(to)) return {value[from], value[to]};
  return {std::nullopt, value};
}

void set_actor(Event& event, const SourceTerms& terms, const std::vector<std::string>& actors) {
  for (const std::string& actor : actors) {
    if (actor.empty()) continue;
    if (event.actor.empty()) event.actor = actor;
    const auto* ignored = terms.ignore_actors;
    if (ignored != nullptr && std::find(ignored->begin(), ignored->end(), actor) != ignored->end())
      event.set_aside = "actor";
  }
}

SenderReading other_record(const std::string& type) {
  SenderReading reading;
  reading.ignored = "other_record: " + type;
  return reading;
}

SenderReading unmapped(const std::string& why) {
  SenderReading reading;
  reading.unmapped = why;
  return reading;
}

void add(SenderReading& all, SenderReading one) {
  std::move(one.events.begin(), one.events.end(), std::back_inserter(all.events));
  if (all.unmapped.empty()) all.unmapped = std::move(one.unmapped);
  if (all.ignored.empty()) all.ignored = std::move(one.ignored);
}

}  // namespace fh
