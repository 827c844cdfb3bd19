#include "ingress/imported.h"

#include "domain/snapshot.h"
#include "senders/sender_profile.h"

namespace fh {
namespace {

std::string alias_at(const Json& record, const char* key) {
  const auto found = record.find(key);
  if (found == record.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? to_text(*found) : "";
}

std::string names_of(const Json& record) {
  std::string names;
  for (const auto& [name, value] : record.items()) names += (names.empty() ? "" : ", ") + name;
  constexpr std::size_t kMost = 200;
  return names.size() <= kMost ? names : names.substr(0, kMost) + "...";
}

// A table's cell as the kind of value the record is known to have there; nullopt: it cannot say
// what is in an object or a list.
std::optional<Json> typed_like(const Json& known, const std::string& cell) {
  if (known.is_string() || known.is_null()) return cell;
  Json parsed = Json::parse(cell, nullptr, false);
  const bool same_kind = parsed.type() == known.type() || (parsed.is_number() && known.is_number());
  if (same_kind) return parsed;
  return known.is_structured() ? std::nullopt : std::optional<Json>(cell);
}

bool is_custom(const Json& known, const std::string& field) {
  if (bare_field(field) != field) return true;
  const auto group = known.find(kCustomFields);
  return !known.contains(field) && group != known.end() && group->is_object() &&
         group->contains(field);
}

}  // namespace

std::string imported_head(const ImportTerms& terms) {
  const Json head = {{"Imported", terms.text_cells ? "cells" : "true"},
                     {"Record", name_of(terms.type)}};
  Json list = Json::array();
  for (const auto& [name, value] : head.items()) list.push_back({name, value});
  return to_text(list);
}

std::optional<ImportTerms> imported_terms(const std::string& head, const SourceConfig& source) {
  if (!head.starts_with(kImportedHead)) return std::nullopt;
  ImportTerms terms{source.record, false};
  for (const Json& line : Json::parse(head)) {
    const auto value = line.at(1).get<std::string>();
    if (line.at(0) == "Imported")
      terms.text_cells = value == "cells";
    else if (line.at(0) == "Record")
      terms.type = record_type_from(value).value_or(terms.type);
    else
      return std::nullopt;
  }
  return terms;
}

Event imported_event(const ImportTerms& terms, const std::string& record) {
  StrictJson parsed = parse_strict(record);
  if (parsed.refusal) throw NotReadable("no JSON: " + parsed.refusal->reason);
  if (!parsed.value.is_object()) throw NotReadable("a record must be a JSON object");
  Event event;
  event.type = terms.type;
  event.mode = PayloadMode::full_object;
  event.aliases = {alias_at(parsed.value, "uuid"), alias_at(parsed.value, "id")};
  if (event.aliases.empty())
    throw NotReadable("the record has no \"uuid\" and no \"id\"; it has " + names_of(parsed.value));
  event.snapshot = SnapshotText(parsed.value);
  event.may_lack_fields = true;
  return event;
}

ArrivedEvent placed_as_known(Transaction& tx, const SourceConfig& source, const ImportTerms& terms,
                             Event event) {
  const auto baseline =
      tx.records.baseline(tx.records.resolve(source.account, event.type, event.aliases));
  const Json known = baseline ? Json::parse(*baseline) : Json::object();
  Json record = Json::object();
  const Json exported = as_delivered(source.sender, event.snapshot.json(), known);
  for (auto& [field, value] : exported.items()) {
    const Json* there = find_field(known, field);
    const auto typed = terms.text_cells && there != nullptr && value.is_string()
                           ? typed_like(*there, value.get<std::string>())
                           : std::optional(value);
    if (!typed) continue;
    if (is_custom(known, field))
      record[std::string(kCustomFields)][std::string(bare_field(field))] = *typed;
    else if (field == kCustomFields && value.is_object())
      record[field].update(value);
    else
      record[field] = *typed;
  }
  event.snapshot = SnapshotText(record);
  return ArrivedEvent(std::move(event));
}

}  // namespace fh
