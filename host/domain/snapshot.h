// Snapshots: what is known of a record, as the JSON object its CRM describes it with. A field is
// named by a path "a.b"; a custom field f stands in "custom_field" and is named f or
// custom_field.f; where there is a standard field f, f is that one. Absent means unknown, never
// cleared: comparing and merging leave alone what the newer side does not mention. Pure functions;
// safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "domain/event.h"

namespace fh {

inline constexpr std::string_view kCustomFields = "custom_field";

/// The part of a path before its first dot, "custom_field." left out.
std::string_view first_segment(std::string_view path);
/// "custom_field.f" -> "f"; any other path as it is.
std::string_view bare_field(std::string_view path);
/// "f" and "custom_field.f" -> "custom_field.f".
std::string custom_path(std::string_view field);

/// The value at a path inside a plain value; null pointer when it is absent.
const Json* find_inside(const Json& value, std::string_view path);
/// The value of a field of a snapshot, standard fields first; null pointer when it is absent.
const Json* find_field(const Json& snapshot, std::string_view path);

/// A text read as a value of the kind of `known`, a number, a boolean, an object or a list: "5.0"
/// as a number, "TRUE" as true. nullopt: it is none.
std::optional<Json> read_as(const Json& known, const std::string& text);

/// What differs: every field of `snapshot` whose value is not that of `baseline`. A field that the
/// baseline does not know counts as changed, its old value unknown, unless it is empty now: no
/// value was there before, as far as anyone knows, or after. An empty baseline gives all. 5 is no
/// change where "5" was known.
Changes compare(const Json& baseline, const Json& snapshot);

/// `old` with what it does not know as it is now.
Json completed(const Json& old, const Json& now);

/// Whether the record has a standard and a custom field of that name.
bool has_both(const Json& record, std::string_view field);

/// Whether a custom field of that name changed beside the standard one.
bool names_custom(const Changes& changes, std::string_view field);
/// Or is told to be as before: what the event calls `field` is the standard one.
bool names_custom(const Event& event, std::string_view field);

/// find_field(), but of two of one name that both changed, each one's own value.
const Json* find_changed(const Json& record, const Changes& changes, std::string_view field);

/// What change lists told of by its bare name, and now call a custom field, becomes one.
void move_custom_fields(Json& known, const Changes& changes);

/// Whether it has every field that is known, whatever the values.
bool covers(const Json& snapshot, const Json& known);

/// The last known record after the event: its snapshot laid over the baseline, or its changes.
Json merge(Json baseline, const Event& event);

}  // namespace fh
