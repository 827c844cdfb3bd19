#include "domain/stored_json.h"

#include <algorithm>
#include <array>

#include "base/json_pointer.h"
#include "domain/snapshot.h"

namespace fh {
namespace {

constexpr std::size_t kUsualMembers = 24;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Each skip returns the place behind what stands at `at`; the text's end when it is cut short.
std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

std::size_t skip_string(std::string_view text, std::size_t at) {
  const std::size_t begin = at + 1;
  for (auto quote = text.find('"', begin); quote != text.npos; quote = text.find('"', quote + 1)) {
    std::size_t slashes = 0;
    while (quote - slashes > begin && text[quote - slashes - 1] == '\\') ++slashes;
    if (slashes % 2 == 0) return quote + 1;
  }
  return text.size();
}

enum class Mark : unsigned char { none, quote, open, close };

constexpr std::array<Mark, 256> kMarks = [] {
  std::array<Mark, 256> marks{};
  marks['"'] = Mark::quote;
  marks['{'] = marks['['] = Mark::open;
  marks['}'] = marks[']'] = Mark::close;
  return marks;
}();

std::size_t skip_container(std::string_view text, std::size_t at) {
  int depth = 0;
  while (at < text.size()) {
    switch (kMarks[static_cast<unsigned char>(text[at])]) {
      case Mark::none: ++at; break;
      case Mark::quote: at = skip_string(text, at); break;
      case Mark::open:
        ++depth;
        ++at;
        break;
      case Mark::close:
        ++at;
        if (--depth <= 0) return at;
        break;
    }
  }
  return at;
}

std::size_t skip_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  const Mark first = kMarks[static_cast<unsigned char>(text[at])];
  if (first == Mark::quote) return skip_string(text, at);
  if (first == Mark::open) return skip_container(text, at);
  return std::min(text.find_first_of(",]} \t\r\n", at), text.size());
}

// A text may begin with a byte order mark, which nlohmann/json passes over.
std::string_view trimmed(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Calls visit(member) until it returns false.
template <class Visit>
void visit_members(std::string_view container, Visit visit) {
  const std::string_view text = trimmed(container);
  if (!is_stored_object(text) && !is_stored_array(text)) return;
  const bool object = text[0] == '{';
  std::size_t at = skip_space(text, 1);
  while (at < text.size() && text[at] != '}' && text[at] != ']') {
    StoredMember member;
    if (object) {
      const std::size_t name_end = skip_string(text, at);
      if (text[at] != '"' || name_end < at + 2) return;
      member.name = text.substr(at + 1, name_end - at - 2);
      member.escaped = member.name.find('\\') != member.name.npos;
      const std::size_t colon = skip_space(text, name_end);
      at = skip_space(text, std::min(colon + 1, text.size()));
    }
    const std::size_t end = skip_value(text, at);
    if (end == at) return;
    member.value = text.substr(at, end - at);
    if (!visit(member)) return;
    const std::size_t comma = skip_space(text, end);
    at = skip_space(text, std::min(comma + 1, text.size()));
  }
}

bool is_group(const StoredMember& member) {
  return member.is_named(kCustomFields) && is_stored_object(member.value);
}

// Calls visit(is_custom, field) for every field.
template <class Visit>
void visit_fields(const std::vector<StoredMember>& snapshot, Visit visit) {
  for (const StoredMember& member : snapshot) {
    visit(false, member);
    if (is_group(member))
      visit_members(member.value, [&](const StoredMember& custom) {
        visit(true, custom);
        return true;
      });
  }
}

}  // namespace

bool StoredMember::is_named(std::string_view plain) const {
  return escaped ? plain_name() == plain : name == plain;
}

std::string StoredMember::plain_name() const {
  if (!escaped) return std::string(name);
  const Json parsed = Json::parse("\"" + std::string(name) + "\"", nullptr, false);
  return parsed.is_string() ? parsed.get<std::string>() : std::string(name);
}

bool is_stored_object(std::string_view text) { return text.starts_with('{'); }
bool is_stored_array(std::string_view text) { return text.starts_with('['); }

std::vector<StoredMember> stored_members(std::string_view container) {
  std::vector<StoredMember> members;
  members.reserve(kUsualMembers);
  visit_members(container, [&](const StoredMember& member) {
    members.push_back(member);
    return true;
  });
  return members;
}

Json stored_value(std::string_view text) {
  // Most values are plain texts, and the parser is slow to start.
  const bool plain =
      text.size() >= 2 && text.front() == '"' && text.back() == '"' && text.find('\\') == text.npos;
  return plain ? Json(text.substr(1, text.size() - 2)) : Json::parse(text);
}

std::optional<std::string_view> find_named(const std::vector<StoredMember>& members,
                                           std::string_view name) {
  for (const StoredMember& member : members)
    if (member.is_named(name)) return member.value;
  return std::nullopt;
}

std::optional<std::string_view> stored_member(std::string_view object, std::string_view name) {
  std::optional<std::string_view> found;
  if (!is_stored_object(trimmed(object))) return found;
  visit_members(object, [&](const StoredMember& member) {
    if (member.is_named(name)) found = member.value;
    return !found;
  });
  return found;
}

std::optional<Json> stored_field(std::string_view snapshot, std::string_view path) {
  if (path.find('.') != std::string_view::npos) {
    const Json whole = Json::parse(snapshot);
    const Json* found = find_field(whole, path);
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  std::optional<std::string_view> custom_fields;
  std::optional<std::string_view> text;
  visit_members(snapshot, [&](const StoredMember& member) {
    if (member.is_named(kCustomFields)) custom_fields = member.value;
    if (member.is_named(path)) text = member.value;
    return !text;
  });
  if (!text && custom_fields) text = stored_member(*custom_fields, path);
  return text ? std::optional(stored_value(*text)) : std::nullopt;
}

bool any_stored_field(std::string_view snapshot, const IsField& is) {
  bool found = false;
  visit_fields(stored_members(snapshot), [&](bool is_custom, const StoredMember& field) {
    found = found || ((is_custom || !is_group(field)) && is(field.plain_name(), field.value));
  });
  return found;
}

std::int64_t stored_shape(const std::vector<StoredMember>& snapshot) {
  // A sum does not depend on the order. Should another build's hash be another, a record is merged
  // field by field once.
  constexpr std::uint64_t kCustom = 0x9E3779B97F4A7C15ULL;
  const std::hash<std::string_view> hash;
  std::uint64_t sum = 0;
  visit_fields(snapshot, [&](bool is_custom, const StoredMember& field) {
    const std::size_t name = field.escaped ? hash(field.plain_name()) : hash(field.name);
    sum += name * (is_custom ? kCustom : 1);
  });
  return static_cast<std::int64_t>(sum | 1U);
}

std::optional<std::string_view> StoredPlaces::at(std::string_view pointer) {
  if (!is_json_pointer(pointer)) return std::nullopt;
  if (pointer.empty()) return trimmed(text_);
  const auto slash = pointer.rfind('/');
  const Level& around = level(pointer.substr(0, slash));
  const std::string token = pointer_token(pointer.substr(slash + 1));
  if (around.is_array) {
    const auto index = array_index(token);
    if (!index || *index >= around.members.size()) return std::nullopt;
    return around.members[*index].value;
  }
  return find_named(around.members, token);
}

const std::vector<StoredMember>& StoredPlaces::members(std::string_view pointer) {
  static const std::vector<StoredMember> kNone;
  const Level& there = level(pointer);
  return there.is_array ? kNone : there.members;
}

const StoredPlaces::Level& StoredPlaces::level(std::string_view pointer) {
  if (const auto known = levels_.find(pointer); known != levels_.end()) return known->second;
  Level fresh;
  if (const auto text = at(pointer)) {
    fresh.is_array = is_stored_array(*text);
    fresh.members = stored_members(*text);
  }
  return levels_.emplace(pointer, std::move(fresh)).first->second;
}

}  // namespace fh
