// Page: a Markdown page of the repository, as tests take it apart. Plain values; header-only.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace fh::test {

inline std::filesystem::path repository() { return FIELDHOOK_SOURCE_DIR; }

class Page {
 public:
  /// `name` is relative to the repository.
  explicit Page(const std::string& name) : name_(name) {
    std::ifstream file(repository() / name);
    for (std::string line; std::getline(file, line);) lines_.push_back(line);
    if (lines_.empty()) throw std::runtime_error(name + " is missing or empty");
  }

  const std::string& name() const { return name_; }
  const std::vector<std::string>& lines() const { return lines_; }

  /// The fenced blocks of that language.
  std::vector<std::string> code(const std::string& language) const {
    std::vector<std::string> blocks;
    bool inside = false;
    for (const std::string& line : lines_) {
      if (line == "```" + language) {
        blocks.emplace_back();
        inside = true;
      } else if (line == "```") {
        inside = false;
      } else if (inside) {
        blocks.back() += line + "\n";
      }
    }
    return blocks;
  }

  /// The first indented line that begins so, without its indent.
  std::string command(const std::string& beginning) const {
    for (const std::string& line : lines_)
      if (line.starts_with("    " + beginning)) return line.substr(4);
    throw std::runtime_error(name_ + " has no command that begins with " + beginning);
  }

  /// The rows of the first table whose header has that first cell; cells without blanks around them
  /// and without backquotes.
  std::vector<std::vector<std::string>> table(const std::string& first_header) const {
    std::vector<std::vector<std::string>> rows;
    bool inside = false;
    for (const std::string& line : lines_) {
      if (line.starts_with("| " + first_header + " |"))
        inside = true;
      else if (inside && !line.starts_with("|"))
        break;
      else if (inside && !line.starts_with("|--"))
        rows.push_back(cells(line));
    }
    if (rows.empty()) throw std::runtime_error(name_ + " has no table of " + first_header);
    return rows;
  }

 private:
  static std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> cells;
    std::string cell;
    for (std::size_t i = 1; i < line.size(); ++i) {
      if (line[i] == '|') {
        cells.push_back(trimmed(cell));
        cell.clear();
      } else if (line[i] != '`') {
        cell += line[i];
      }
    }
    return cells;
  }

  static std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
  }

  std::string name_;
  std::vector<std::string> lines_;
};

}  // namespace fh::test
