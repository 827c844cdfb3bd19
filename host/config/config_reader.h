// ConfigReader: a cursor on one object of a configuration. Each call reads one key, checks it, and
// on a mistake notes it with its place and returns the fallback, so that reading goes on and finds
// the next one. Keys that nobody asked for are reported when the cursor goes away. Not thread-safe;
// the Reading and the JSON must outlive it.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/quantity.h"

namespace fh {

/// One reading of one file, shared by all its cursors.
struct Reading {
  std::filesystem::path folder;  // where relative paths start
  LoadOptions options;
  std::vector<std::string> mistakes;
  std::set<std::string> known_keys;  // asked for so far; list items are "[]", map entries "*"

  /// Notes "config: <place> <text>".
  void mistake(const std::string& place, const std::string& text);
};

/// Both ends are allowed.
template <class T>
struct Range {
  T least;
  T most;
};

class ConfigReader {
 public:
  using UseItem = std::function<void(ConfigReader&)>;
  struct SecretTerms {
    /// Reads the item's further key; whether or not the secret itself can be read.
    std::function<std::optional<TimePoint>(ConfigReader& item)> not_after = {};
    /// Called on each that was read; a HostError of its is a mistake.
    std::function<void(Secret&)> decode = {};
    bool may_wait = false;  // one that is not there is none, and Secret::unusable says so
  };
  using UseEntry = std::function<void(const std::string& name, ConfigReader&)>;

  /// The top of a document. Anything but an object is a mistake and reads as an empty one.
  ConfigReader(const Json& document, Reading& reading) : ConfigReader(&document, {}, {}, reading) {}
  ConfigReader(const ConfigReader&) = delete;
  ConfigReader& operator=(const ConfigReader&) = delete;
  ~ConfigReader();

  bool has(const std::string& key) const { return find(key) != nullptr; }

  /// A non-empty text. "" when it is absent and there is no fallback, which is a mistake.
  std::string text(const std::string& key, std::optional<std::string> fallback = std::nullopt);
  /// A text that may be empty, as it is when absent.
  std::string text_or_empty(const std::string& key);
  /// One of `known`; where it is none of them, the mistake lists them.
  std::string choice(const std::string& key, const std::vector<std::string>& known,
                     std::optional<std::string> fallback = std::nullopt);
  bool flag(const std::string& key, bool fallback);
  /// A list of texts, none of them empty.
  std::vector<std::string> texts(const std::string& key, std::vector<std::string> fallback = {});
  /// Whether it stands there as one of `texts`.
  bool is_text(const std::string& key, const std::vector<std::string>& texts);
  std::int64_t number(const std::string& key, std::int64_t fallback, Range<std::int64_t> range);
  Millis duration(const std::string& key, Millis fallback, Range<Millis> range);
  std::size_t size(const std::string& key, std::size_t fallback, Range<std::size_t> range);
  ListenAddress address(const std::string& key, const ListenAddress& fallback);
  /// Absolute and normal; a relative one starts at the file's folder.
  std::filesystem::path path(const std::string& key, const std::string& fallback);
  /// {"name": ..., "from": ...} items with different names, read unless the options say otherwise.
  std::vector<Secret> secrets(const std::string& key, const SecretTerms& terms);
  /// This object's entries as name -> reference.
  std::map<std::string, SecretRef> secret_refs();
  /// This object as it stands, whatever its keys are.
  Json whole();

  /// The object under `key`; an empty one when it is absent.
  ConfigReader section(const std::string& key);
  /// The same, and its absence is a mistake (then nothing further is said about its content).
  ConfigReader required_section(const std::string& key);
  /// Calls `use` on each item of the list of objects under `key`, at most 1000.
  void each_item(const std::string& key, const UseItem& use);
  /// Calls `use` on each entry of the object under `key`, whose keys are plugins' names.
  void each_plugin(const std::string& key, const UseEntry& use);

  /// Notes a mistake at `key`: "config: <place>.<key> <text>".
  void mistake(const std::string& key, const std::string& text);
  /// Keys nobody asked for are no mistakes of this object: another one already tells the cause.
  void accept_any_key() { any_key_ = true; }

  Reading& reading() { return reading_; }
  std::string place_of(const std::string& key) const;

 private:
  /// Absent when value is null.
  ConfigReader(const Json* value, std::string place, std::string shape, Reading& reading);
  /// A section whose absence was noted: empty, and silent about it.
  ConfigReader(std::string shape, Reading& reading)
      : shape_(std::move(shape)), reading_(reading), muted_(true) {}

  const Json* find(const std::string& key) const;
  /// Like find(), notes that the key is known, and takes a value of another type for a mistake.
  const Json* ask(const std::string& key, Json::value_t type, const char* type_name);
  const std::string* ask_text(const std::string& key);
  std::optional<SecretRef> secret_ref(const std::string& key);

  const Json* object_ = nullptr;  // null: absent or no object
  std::string place_;             // "sources[2].verify"; "" at the top
  std::string shape_;             // "sources[].verify"
  std::set<std::string> asked_;
  Reading& reading_;
  bool any_key_ = false;
  bool muted_ = false;  // a mistake that is already noted explains whatever is wrong in here
};

}  // namespace fh
