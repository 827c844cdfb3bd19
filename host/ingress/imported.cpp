#include "ingress/imported.h"

#include "domain/snapshot.h"
#include "senders/body_parts.h"
#include "senders/sender_profile.h"

namespace fh {
namespace {

std::string names_of(const Json& record) {
  std::string names;
  for (const auto& [name, value] : record.items()) names += (names.empty() ? "" : ", ") + name;
  constexpr std::size_t kMost = 200;
  return names.size() <= kMost ? names : names.substr(0, kMost) + "...";
}

// A text of an export as the kind of value the record is known to have there. nullopt: it is a
// table's, whose every value is a text, and says nothing of such a value.
std::optional<Json> typed_like(const Json& known, const std::string& text, bool is_cell) {
  if (known.is_string() || known.is_null()) return text;
  if (is_cell || !known.is_structured())
    if (auto value = read_as(known, text)) return value;
  return is_cell ? std::nullopt : std::optional<Json>(text);
}

bool is_object_or_null(const Json* value) {
  return value != nullptr && (value->is_object() || value->is_null());
}

bool is_custom(const Json& known, const std::string& field) {
  if (bare_field(field) != field) return true;
  const Json* group = find_inside(known, kCustomFields);
  if (group == nullptr || !group->is_object()) return false;
  const std::string outer(first_segment(field));
  return !known.contains(field) && !known.contains(outer) &&
         (group->contains(field) || is_object_or_null(find_inside(*group, outer)));
}

Json& made_object(Json& value) {
  if (!value.is_object()) value = Json::object();
  return value;
}

// Where the field stands in the record. What a column "address.city" names is a part of the address
// that is known, if one is; its other parts stay.
Json& place_of(Json& record, const Json& known, const std::string& field) {
  const bool custom = is_custom(known, field);
  Json* around = custom ? &made_object(record[std::string(kCustomFields)]) : &record;
  const Json* there = custom ? find_inside(known, kCustomFields) : &known;
  std::string_view name = custom ? bare_field(field) : std::string_view(field);
  for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    if (there == nullptr || !there->is_object() || there->contains(name)) break;
    const std::string outer(name.substr(0, dot));
    const auto inner = there->find(outer);
    if (inner == there->end() || !is_object_or_null(&*inner)) break;
    around = &made_object(around->emplace(outer, *inner).first.value());
    there = &*inner;
    name.remove_prefix(dot + 1);
  }
  return (*around)[std::string(name)];
}

}  // namespace

std::string imported_head(const ImportTerms& terms) {
  Json list = Json::array();
  const auto add = [&](const char* name, std::string_view value) {
    list.push_back(Json::array({name, value}));
  };
  add("Imported", terms.text_cells ? "cells" : "true");
  add("Record", name_of(terms.type));
  if (terms.as_of) add("As-Of", rfc3339(*terms.as_of));
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
    else if (line.at(0) == "As-Of")
      terms.as_of = parse_rfc3339(value);
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
  event.aliases = {name_in(member_of(parsed.value, "uuid")),
                   name_in(member_of(parsed.value, "id"))};
  if (event.aliases.empty())
    throw NotReadable("the record has no \"uuid\" and no \"id\" that names it; it has " +
                      names_of(parsed.value));
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
    const auto typed = there != nullptr && value.is_string()
                           ? typed_like(*there, value.get<std::string>(), terms.text_cells)
                           : std::optional(value);
    if (!typed) continue;
    if (field != kCustomFields)
      place_of(record, known, field) = *typed;
    else if (value.is_object())
      record[field].update(value);
    else  // gives way to custom fields beside it
      record.emplace(field, *typed);
  }
  // What is known beside a custom field of its name does not give way to an export of that alone.
  if (const Json* custom = find_inside(record, kCustomFields); is_object_or_null(custom))
    for (const auto& [field, value] : custom->items())
      if (known.contains(field) && find_inside(known, custom_path(field)) != nullptr)
        record.emplace(field, known[field]);
  event.snapshot = SnapshotText(record);
  return ArrivedEvent(std::move(event));
}

}  // namespace fh
