// Tables and cells for people: columns as wide as their widest cell, two blanks between them. What
// a stranger sent is shown without its control characters, so that it cannot drive the terminal.
// Plain values; header-only, so that tests need nothing of the executable.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace fh {

/// Control characters become blanks, C1's too, which UTF-8 writes as C2 80 to C2 9F; newlines and
/// tabs stay if `lines` says so.
inline std::string printable(std::string_view text, bool lines = false) {
  std::string shown;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const auto next = static_cast<unsigned char>(at + 1 < text.size() ? text[at + 1] : 0);
    const bool c1 = byte == 0xc2 && next >= 0x80 && next < 0xa0;
    const bool c0 = (byte < ' ' && !(lines && (byte == '\n' || byte == '\t'))) || byte == 0x7f;
    shown += c0 || c1 ? ' ' : text[at];
    if (c1) ++at;
  }
  return shown;
}

/// The value as one line: texts bare, lists joined, nothing as "".
inline std::string cell(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return printable(value.get<std::string>());
  if (!value.is_array()) return printable(to_text(value));
  std::string text;
  for (const Json& item : value) text += (text.empty() ? "" : ", ") + cell(item);
  return text;
}

/// The same for a member; "" when `object` has none of that name.
inline std::string cell(const Json& object, const std::string& key) {
  return object.is_object() && object.contains(key) ? cell(object[key]) : "";
}

class Table {
 public:
  Table() = default;
  explicit Table(std::vector<std::string> header) { add(std::move(header)); }

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  /// Lines with a newline each; an empty cell is "-", the last column is not padded.
  std::string text() const {
    std::string text;
    const auto widths = column_widths();
    for (const auto& row : rows_) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string content = row[i].empty() ? "-" : row[i];
        text += content;
        if (i + 1 < row.size()) text += std::string(widths[i] - width(content) + 2, ' ');
      }
      text += '\n';
    }
    return text;
  }

 private:
  // Code points, which is columns for all but wide and combining characters.
  static std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
  }

  std::vector<std::size_t> column_widths() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
      if (widths.size() < row.size()) widths.resize(row.size(), 1);
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
    }
    return widths;
  }

  std::vector<std::vector<std::string>> rows_;
};

}  // namespace fh
