// Manifest: what a plugin says of itself, and the watches it is made of:
//   contact("level2_review_status").becomes("Passed")
//   company("tier").from("silver").to("gold")
// A field is a path "a.b"; a custom field f is named f or custom_field.f, and where there is a
// standard field f, f is that one. A watch is met only by an event in which its field changed.
// Plain values.
#pragma once

#include <fieldhook/convert.hpp>
#include <fieldhook/outcome.hpp>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fieldhook {

/// A field's value: text, number, bool or null. One type, because text beside a bool overload would
/// silently pick the bool.
class Value {
 public:
  Value(std::nullptr_t) {}
  Value(const char* text) : json_(text) {}
  Value(std::string text) : json_(std::move(text)) {}
  Value(std::string_view text) : json_(text) {}
  template <class Number>
  requires std::is_arithmetic_v<Number> Value(Number number) : json_(number) {
    static_assert(!detail::kIsCharacter<Number>,
                  "a field's value is text, a number, bool or null: write \"A\", not 'A'");
  }

  const Json& json() const { return json_; }

 private:
  Json json_;
};

class Watch {
 public:
  explicit Watch(Json json) : json_(std::move(json)) {}
  /// {"record": ..., "field": ..., and the condition}, as the host reads it.
  const Json& json() const { return json_; }

 private:
  Json json_;
};

/// Half a watch: a record type and a field that want a condition.
class WatchedField {
 public:
  class Departure {
   public:
    explicit Departure(Json json) : json_(std::move(json)) {}
    Watch to(const Value& value) const {
      Json json = json_;
      json["to"] = value.json();
      return Watch(std::move(json));
    }

   private:
    Json json_;
  };

  WatchedField(std::string_view record, std::string_view field)
      : json_({{"record", record}, {"field", field}}) {}

  Watch changes() const { return Watch(with("changes", true)); }
  Watch becomes(const Value& value) const { return becomes_any({value}); }
  Watch becomes_any(std::initializer_list<Value> values) const {
    Json list = Json::array();
    for (const Value& value : values) list.push_back(value.json());
    return Watch(with("becomes", std::move(list)));
  }
  /// Met only if the old value is known to be this one.
  Departure from(const Value& value) const { return Departure(with("from", value.json())); }
  /// Becomes null or "" and was not.
  Watch clears() const { return Watch(with("clears", true)); }

 private:
  Json with(const char* condition, Json value) const {
    Json json = json_;
    json[condition] = std::move(value);
    return json;
  }

  Json json_;
};

inline WatchedField contact(std::string_view field) { return {"contact", field}; }
inline WatchedField company(std::string_view field) { return {"company", field}; }
inline Watch contact_created() { return Watch({{"record", "contact"}, {"created", true}}); }
inline Watch company_created() { return Watch({{"record", "company"}, {"created", true}}); }
/// A deletion changes no field; the record is the one last known, unless the CRM sent it along.
inline Watch contact_deleted() { return Watch({{"record", "contact"}, {"deleted", true}}); }
inline Watch company_deleted() { return Watch({{"record", "company"}, {"deleted", true}}); }

/// serial: runs of one record never overlap and start in the order the changes were accepted.
enum class Ordering { serial, none };

/// The order of the fields is frozen; new ones go last. What is not given, the host decides.
struct Manifest {
  std::string name = {};  // 1 to 64 of a-z, 0-9, '-', '_', '.'; names the plugin for ever
  std::string version = {};
  std::vector<Watch> watches = {};
  std::optional<int> max_attempts = {};
  std::optional<Millis> timeout = {};
  Ordering ordering = Ordering::serial;
  std::optional<Millis> backoff = {};  // before the second attempt; fourfold from there
  std::optional<Millis> backoff_max = {};
  std::optional<int> slots = {};  // workers of this plugin at one time
  std::string description = {};
};

inline Json to_json(const Manifest& manifest) {
  Json json = {{"name", manifest.name}, {"watches", Json::array()}};
  for (const Watch& watch : manifest.watches) json["watches"].push_back(watch.json());
  const auto put = [&json](const char* key, const std::optional<Millis>& value) {
    if (value) json[key] = value->count();
  };
  put("timeout_ms", manifest.timeout);
  put("backoff_ms", manifest.backoff);
  put("backoff_max_ms", manifest.backoff_max);
  if (manifest.max_attempts) json["max_attempts"] = *manifest.max_attempts;
  if (manifest.slots) json["slots"] = *manifest.slots;
  if (manifest.ordering == Ordering::none) json["ordering"] = "none";
  if (!manifest.version.empty()) json["version"] = manifest.version;
  if (!manifest.description.empty()) json["description"] = manifest.description;
  return json;
}

}  // namespace fieldhook
