#include "config/config_text.h"

#include <set>

#include "base/check.h"

namespace fh {
namespace {

using Step = Json::parse_event_t;

// Follows the parser through the text, knows the place it is at and which keys an object has had.
class RepeatedKeys {
 public:
  std::vector<std::string> found;

  void see(Step step, const Json& parsed) {
    switch (step) {
      case Step::key: return see_key(parsed.get<std::string>());
      case Step::object_start: return open(false);
      case Step::array_start: return open(true);
      case Step::value: enter_item(); return;
      case Step::object_end:
      case Step::array_end: open_.pop_back(); return;
    }
  }

 private:
  struct Container {
    bool array;
    std::string place;
    std::size_t items = 0;  // of an array
    std::string key = {};   // of an object: the one being read
    std::set<std::string> seen = {};
  };

  void see_key(const std::string& key) {
    Container& object = open_.back();
    object.key = key;
    if (!object.seen.insert(key).second) found.push_back(join_place(object.place, key));
  }

  void open(bool array) {
    const std::string place = enter_item();
    open_.push_back({array, place});
  }

  // The place of the value that begins here; counts it if it is an array's.
  std::string enter_item() {
    if (open_.empty()) return {};
    Container& parent = open_.back();
    if (!parent.array) return join_place(parent.place, parent.key);
    return parent.place + "[" + std::to_string(parent.items++) + "]";
  }

  std::vector<Container> open_;
};

// "[json.exception.parse_error.101] parse error at line 3, column 5: why; last read: 'x'" becomes
// "line 3, column 5: why". What was read last is left out: it may be a piece of a secret.
std::string plain(std::string what) {
  const auto line = what.find("line ");
  if (line != std::string::npos) what.erase(0, line);
  const auto last_read = what.find("; last read: ");
  const auto expected = what.rfind("; expected ");
  if (last_read == std::string::npos) return what;
  const bool tail = expected != std::string::npos && expected > last_read;
  return what.substr(0, last_read) + (tail ? what.substr(expected) : "");
}

}  // namespace

std::string join_place(const std::string& parent, const std::string& key) {
  return parent.empty() ? key : parent + "." + key;
}

ConfigText parse_config_text(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return {{}, "it holds a NUL byte", {}};
  RepeatedKeys repeated;
  const auto callback = [&](int depth, Step step, Json& parsed) {
    if (depth > kMaxJsonDepth)
      throw HostError("nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
    repeated.see(step, parsed);
    return true;
  };
  try {
    return {Json::parse(text, callback, true, true), {}, std::move(repeated.found)};
  } catch (const Json::exception& error) {
    return {{}, plain(error.what()), {}};
  } catch (const HostError& error) {
    return {{}, error.what(), {}};
  }
}

}  // namespace fh
