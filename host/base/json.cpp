#include "base/json.h"

#include <algorithm>
#include <vector>

#include "base/quick_json.h"

namespace fh {
namespace {

// Of a key or a number, so that a message stays short whatever was sent.
constexpr std::size_t kMostQuoted = 60;

// "[json.exception.parse_error.101] parse error at line 3, column 5: why; last read: 'x'; expected
// y" without the place and without what was read, which may be the whole text.
std::string without_quote(std::string what, const std::string& token) {
  const std::string quote = "; last read: '" + token + "'";
  if (const auto at = what.find(quote); at != std::string::npos) what.erase(at, quote.size());
  const auto colon = what.find(": ");
  return colon == std::string::npos ? what : what.substr(colon + 2);
}

// Builds the value while it checks; a SAX reader is the one place nlohmann/json shows the raw text
// of a number and every key, repeated ones too.
class StrictReader final : public nlohmann::json_sax<Json> {
 public:
  Json root;
  JsonRefusal refusal{};

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return refuse("binary values are not JSON"); }

  bool number_float(number_float_t value, const string_t& text) override {
    if (text.find_first_of(".eE") == string_t::npos)
      return refuse("an integer does not fit in 64 bits",
                    "integer " + text.substr(0, kMostQuoted) + " does not fit in 64 bits");
    return add(value);
  }

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    const auto [place, fresh] = stack_.back()->get_ref<Json::object_t&>().emplace(name, nullptr);
    if (!fresh)
      return refuse("a key stands twice in one object",
                    "key \"" + name.substr(0, kMostQuoted) + "\" stands twice in one object");
    member_ = &place->second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::detail::exception& error) override {
    constexpr int kNumberOverflow = 406;  // 1e400
    if (error.id == kNumberOverflow)
      refuse("a number does not fit in a double",
             "number " + token.substr(0, kMostQuoted) + " does not fit in a double");
    else
      refuse("not valid JSON at byte " + std::to_string(position) + ": " +
             without_quote(error.what(), token));
    refusal.offset = position;
    return false;
  }

 private:
  template <class Value>
  bool add(Value&& value) {
    place(std::forward<Value>(value));
    return true;
  }

  template <class Value>
  Json* place(Value&& value) {
    if (stack_.empty()) {
      root = std::forward<Value>(value);
      return &root;
    }
    if (stack_.back()->is_array()) {
      auto& items = stack_.back()->get_ref<Json::array_t&>();
      items.emplace_back(std::forward<Value>(value));
      return &items.back();
    }
    *member_ = std::forward<Value>(value);
    return member_;
  }

  bool open(Json container) {
    if (stack_.size() >= kMaxJsonDepth)
      return refuse("nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
    stack_.push_back(place(std::move(container)));
    return true;
  }

  bool close() {
    stack_.pop_back();
    return true;
  }

  bool refuse(const std::string& rule) { return refuse(rule, rule); }
  bool refuse(std::string rule, std::string reason) {
    refusal = {std::move(reason), 0, std::move(rule)};
    return false;
  }

  // Pointers stay valid: a parent never grows while one of its children is open.
  std::vector<Json*> stack_;
  Json* member_ = nullptr;
};

}  // namespace

std::optional<JsonRefusal> check_strict(std::string_view text) {
  if (is_quickly_strict(text)) return std::nullopt;
  return parse_strict(text).refusal;
}

StrictJson parse_strict(std::string_view text) {
  if (auto quickly = parse_quickly(text)) return {*std::move(quickly), {}};
  return parse_at_length(text);
}

StrictJson parse_at_length(std::string_view text) {
  const auto nul = text.find('\0');
  const std::string no_nul = "a NUL byte is not allowed";
  if (nul != std::string_view::npos) return {nullptr, JsonRefusal{no_nul, nul, no_nul}};
  StrictReader reader;
  if (Json::sax_parse(text.begin(), text.end(), &reader)) return {std::move(reader.root), {}};
  return {nullptr, std::move(reader.refusal)};
}

std::string to_text(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace fh
