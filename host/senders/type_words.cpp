#include "senders/type_words.h"

#include <algorithm>
#include <map>
#include <set>

namespace fh {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_char(char c) { return is_upper(c) || (c >= 'a' && c <= 'z') || is_digit(c); }

// "v2", "2026": the version of a format.
bool is_version(std::string_view word) {
  if (word.starts_with('v')) word.remove_prefix(1);
  return !word.empty() && std::all_of(word.begin(), word.end(), is_digit);
}

// Words that say nothing of what happened to which record.
bool says_nothing(const std::string& word) {
  static const std::set<std::string> kWords = {"api", "crm",    "event",  "events",
                                               "on",  "object", "record", "webhook"};
  return kWords.contains(word) || is_version(word);
}

std::optional<RecordType> type_of(const std::string& word, const TypeWords& own) {
  for (const auto& [name, type] : own)
    if (name == word) return type;
  return record_type_of(word);
}

// Takes what a word says, unless another one said otherwise.
template <class What>
bool agrees(std::optional<What>& known, const std::optional<What>& said) {
  if (!said) return false;
  if (!known) known = said;
  return *known == *said;
}

}  // namespace

std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words;
  char before = ' ';
  for (const char c : text) {
    const bool hump = is_upper(c) && !is_upper(before);
    if (is_word_char(c)) {
      if (hump || !is_word_char(before)) words.emplace_back();
      words.back() += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    }
    before = c;
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
      {"created", EventKind::created},   {"create", EventKind::created},
      {"creation", EventKind::created},  {"added", EventKind::created},
      {"add", EventKind::created},       {"insert", EventKind::created},
      {"inserted", EventKind::created},  {"new", EventKind::created},
      {"updated", EventKind::updated},   {"update", EventKind::updated},
      {"changed", EventKind::updated},   {"change", EventKind::updated},
      {"edit", EventKind::updated},      {"edited", EventKind::updated},
      {"modified", EventKind::updated},  {"upserted", EventKind::updated},
      {"restored", EventKind::updated},  {"deleted", EventKind::deleted},
      {"delete", EventKind::deleted},    {"deletion", EventKind::deleted},
      {"removed", EventKind::deleted},   {"remove", EventKind::deleted},
      {"destroyed", EventKind::deleted}, {"destroy", EventKind::deleted}};
  const auto found = kWords.find(word);
  return found == kWords.end() ? std::nullopt : std::optional(found->second);
}

NamedType named_type(std::string_view text, const TypeWords& own) {
  NamedType named;
  bool between = false;
  for (const std::string& word : words_in(text)) {
    if (says_nothing(word)) {
      between |= named.record.has_value() != named.kind.has_value();
      continue;
    }
    const bool known =
        agrees(named.record, type_of(word, own)) || agrees(named.kind, event_kind_of(word));
    named.says_more |= !known || between;
  }
  return named;
}

}  // namespace fh
