// Record: the contact or company that changed, as the CRM described it, and what changed. The
// host's JSON is parsed when first asked for. Absent, null and "" are three things. A Record and
// what it returns by reference live until execute() returns, and may be read from any thread.
#pragma once

#include <fieldhook/abi.h>

#include <fieldhook/convert.hpp>
#include <fieldhook/outcome.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fieldhook {
namespace detail {

/// A text of the host's, parsed at the first get(). Safe from any thread.
class LazyJson {
 public:
  explicit LazyJson(fieldhook_string text) : text_(text) {}

  /// Null for an empty text.
  const Json& get() const {
    const std::lock_guard lock(mutex_);
    if (value_) return *value_;
    return value_.emplace(text_.size == 0 ? Json() : Json::parse(view(text_)));
  }

 private:
  fieldhook_string text_;
  mutable std::mutex mutex_;
  mutable std::optional<Json> value_;
};

inline const Json* member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

inline const Json* find_inside(const Json& value, std::string_view path) {
  if (const Json* whole = member(value, path)) return whole;
  const auto dot = path.find('.');
  if (dot == std::string_view::npos) return nullptr;
  const Json* inner = member(value, path.substr(0, dot));
  return inner == nullptr ? nullptr : find_inside(*inner, path.substr(dot + 1));
}

/// Whether null stands in the place of what has a part there.
inline bool is_inside_null(const Json& value, std::string_view path) {
  if (value.is_null()) return true;
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    const Json* outer = find_inside(value, path.substr(0, dot));
    if (outer != nullptr && outer->is_null()) return true;
  }
  return false;
}

inline std::string_view bare_field(std::string_view path) {
  constexpr std::string_view kCustom = "custom_field.";
  return path.starts_with(kCustom) ? path.substr(kCustom.size()) : path;
}

inline const Json* find_field(const Json& record, std::string_view path) {
  if (const Json* standard = find_inside(record, path)) return standard;
  if (const Json* fields = member(record, "custom_field")) {
    if (const Json* custom = find_inside(*fields, bare_field(path))) return custom;
  }
  return find_inside(record, bare_field(path));
}

}  // namespace detail

/// One field's change. An old or new value that is not known is absent.
struct Change {
  std::optional<Json> from;
  std::optional<Json> to;
};

class Record {
 public:
  explicit Record(const fieldhook_job& job)
      : id_(detail::view(job.record_id)), record_(job.record), event_(job.event) {}

  /// The name in its account that the record had when the job's event came, the same in all runs
  /// of the job; never empty. It is record.id in the API, unless the record, which its CRM names in
  /// two ways, was found to be one since: the API, and the jobs of what comes from then on, have
  /// the name that was known first. Commands and the API's filters take either.
  const std::string& id() const { return id_; }

  /// The record's name among those of all accounts and types, "account/type/id": what a key of
  /// once() is made of, since two accounts of a CRM may both have a contact 42.
  std::string key() const {
    std::string key;
    const Json* record = detail::member(event_.get(), "record");
    for (const char* part : {"account", "type"}) {
      const Json* text = record == nullptr ? nullptr : detail::member(*record, part);
      if (text != nullptr) key += detail::convert<std::string>(*text).value_or("") + '/';
    }
    return key + id_;
  }

  /// Empty when the CRM gives none.
  std::string uuid() const {
    const Json* record = detail::member(event_.get(), "record");
    const Json* uuid = record == nullptr ? nullptr : detail::member(*record, "uuid");
    return uuid == nullptr ? "" : detail::convert<std::string>(*uuid).value_or("");
  }

  /// The field's value now. nullopt when it is absent, null, or not of type T (see convert()).
  template <class T>
  std::optional<T> get(std::string_view field) const {
    const Json* value = detail::find_field(json(), field);
    return value == nullptr || value->is_null() ? std::nullopt : detail::convert<T>(*value);
  }

  /// Whether the field is there at all, if only as null.
  bool has(std::string_view field) const { return detail::find_field(json(), field) != nullptr; }

  /// Whether this event changed the field, something inside it, or what it is part of.
  bool changed(std::string_view field) const { return find_change(field).has_value(); }

  /// Both absent when this event did not change the field.
  Change change(std::string_view field) const { return find_change(field).value_or(Change{}); }

  /// The whole record.
  const Json& json() const { return record_.get(); }

 protected:
  ~Record() = default;

 private:
  static std::optional<Json> copy(const Json* json) {
    return json == nullptr ? std::nullopt : std::optional<Json>(std::in_place, *json);
  }

  std::optional<Change> find_change(std::string_view field) const {
    const Json* changes = detail::member(event_.get(), "changes");
    if (changes == nullptr) return std::nullopt;
    if (auto own = change_named(*changes, field)) return own;
    const auto bare = detail::bare_field(field);
    if (bare.size() == field.size() || is_of_standard_field(bare)) return std::nullopt;
    return change_named(*changes, bare);
  }

  std::optional<Change> change_named(const Json& changes, std::string_view name) const {
    if (const Json* exact = detail::member(changes, name))
      return Change{copy(detail::member(*exact, "from")), copy(detail::member(*exact, "to"))};
    for (const auto& [changed, change] : changes.items()) {
      if (lies_in(name, changed)) return part_of(change, name.substr(changed.size() + 1));
      if (lies_in(changed, name)) return Change{{}, copy(detail::find_field(json(), name))};
    }
    return std::nullopt;
  }

  // Where the record came with the event and has a standard and a custom field of that name.
  bool is_of_standard_field(std::string_view bare) const {
    const Json* complete = detail::member(event_.get(), "complete");
    const auto name = bare.substr(0, bare.find('.'));
    const Json* custom = detail::member(json(), "custom_field");
    return (complete == nullptr || *complete == true) && custom != nullptr &&
           detail::member(*custom, name) != nullptr && detail::member(json(), name) != nullptr;
  }

  static bool lies_in(std::string_view inner, std::string_view outer) {
    return inner.size() > outer.size() && inner.starts_with(outer) && inner[outer.size()] == '.';
  }

  static std::optional<Change> part_of(const Json& change, std::string_view rest) {
    const auto side = [&](const char* name, bool or_null) -> std::optional<Json> {
      const Json* whole = detail::member(change, name);
      if (whole == nullptr) return std::nullopt;
      if (const Json* part = detail::find_inside(*whole, rest)) return copy(part);
      const bool null = or_null && detail::is_inside_null(*whole, rest);
      return null ? std::optional<Json>(std::in_place) : std::nullopt;
    };
    // Null in the place of all that the other side had there is null in its part's place, too.
    std::optional<Json> from = side("from", false);
    std::optional<Json> to = side("to", from.has_value());
    if (!from) from = side("from", to.has_value());
    if (from == to) return std::nullopt;
    return Change{std::move(from), std::move(to)};
  }

  std::string id_;
  detail::LazyJson record_;
  detail::LazyJson event_;
};

class Contact final : public Record {
 public:
  using Record::Record;
};

class Company final : public Record {
 public:
  using Record::Record;
};

}  // namespace fieldhook
