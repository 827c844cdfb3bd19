// StoredJson: looks into JSON text without reading all of it: text that this host wrote itself, or
// that check_strict() takes. Other text gives wrong answers. What is found are parts of the text
// that was given, and live as long. Pure; safe from any thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace fh {

struct StoredMember {
  std::string_view name;  // as it is written, without its quotes; "" in an array
  std::string_view value;
  bool escaped = false;  // the name has a backslash in it

  bool is_named(std::string_view plain) const;
  std::string plain_name() const;
};

/// The members of an object or the items of an array, in their order; none of anything else.
std::vector<StoredMember> stored_members(std::string_view container);
/// nullopt: there is none of this name.
std::optional<std::string_view> find_named(const std::vector<StoredMember>& members,
                                           std::string_view name);

bool is_stored_object(std::string_view text);
bool is_stored_array(std::string_view text);

/// The value that is written there.
Json stored_value(std::string_view text);

/// The text of an object's member; nullopt when it is absent or the text is no object.
std::optional<std::string_view> stored_member(std::string_view object, std::string_view name);

/// The value of a snapshot's field, found as find_field() finds it.
std::optional<Json> stored_field(std::string_view snapshot, std::string_view path);

/// Whether `is` gives true for a field, custom ones included, the object around them not.
using IsField = std::function<bool(const std::string& name, std::string_view value)>;
bool any_stored_field(std::string_view snapshot, const IsField& is);

/// A number that two snapshots share when they have the same fields, custom ones included, in
/// whatever order: then laying one over the other gives the other. Never 0.
std::int64_t stored_shape(const std::vector<StoredMember>& snapshot);

/// Looks at many places of one text: what a pointer leads through is gone through once. Not safe
/// from two threads.
class StoredPlaces {
 public:
  explicit StoredPlaces(std::string_view text) : text_(text) {}

  /// The text at a JSON Pointer, as find_at() finds it; nullopt when nothing stands there.
  std::optional<std::string_view> at(std::string_view pointer);
  /// The members of what stands there; none of what is no object.
  const std::vector<StoredMember>& members(std::string_view pointer);

 private:
  struct Level {
    bool is_array = false;
    std::vector<StoredMember> members;
  };
  const Level& level(std::string_view pointer);

  std::string_view text_;
  std::map<std::string, Level, std::less<>> levels_;  // by pointer
};

}  // namespace fh
