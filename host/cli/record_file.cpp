#include "cli/record_file.h"

#include <set>
#include <sstream>

#include "base/check.h"
#include "cli/arguments.h"
#include "cli/file_text.h"

namespace fh {
namespace {

Json parsed(const std::string& text, const std::string& place) {
  StrictJson json = parse_strict(text);
  if (json.refusal) throw HostError(place + ": " + json.refusal->reason);
  return std::move(json.value);
}

std::vector<Json> from_array(const std::string& text, const std::string& name) {
  const Json all = parsed(text, name);
  if (!all.is_array()) throw HostError(name + ": a .json export must be an array of objects");
  return {all.begin(), all.end()};
}

std::vector<Json> from_lines(const std::string& text, const std::string& name) {
  std::vector<Json> records;
  std::istringstream lines(text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    records.push_back(parsed(line, name + " line " + std::to_string(number)));
  }
  return records;
}

std::vector<std::vector<std::string>> table(const std::string& text, const std::string& name) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  try {
    return parse_csv(text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text);
  } catch (const HostError& error) {
    throw HostError(name + ": " + error.what());
  }
}

bool is_utf8(const Json& record) {
  try {
    record.dump();
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

std::vector<Json> from_table(const std::string& text, const std::string& name) {
  const auto rows = table(text, name);
  if (rows.empty()) throw HostError(name + ": a .csv export begins with a line of names");
  const auto& names = rows.front();
  std::set<std::string> seen;
  for (const std::string& column : names)
    if (!column.empty() && !seen.insert(column).second)
      throw HostError(name + ": the column \"" + column + "\" stands twice");
  std::vector<Json> records;
  for (std::size_t row = 1; row < rows.size(); ++row) {
    if (rows[row].size() != names.size())
      throw HostError(name + " row " + std::to_string(row + 1) + ": has " +
                      std::to_string(rows[row].size()) + " cells, the first line has " +
                      std::to_string(names.size()));
    Json record = Json::object();
    for (std::size_t cell = 0; cell < names.size(); ++cell)
      if (!rows[row][cell].empty()) record[names[cell]] = rows[row][cell];
    if (!is_utf8(record))
      throw HostError(name + " row " + std::to_string(row + 1) +
                      ": is not UTF-8: export the table as UTF-8");
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace

std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string cell;
  bool quoted = false;
  bool any = false;  // something of this row was seen
  const auto end_cell = [&] { row.push_back(std::exchange(cell, {})); };
  const auto end_row = [&] {
    end_cell();
    rows.push_back(std::exchange(row, {}));
    any = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"')
        cell += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        cell += text[++i];
      else
        quoted = false;
      continue;
    }
    if (c == '\n' || c == '\r') {
      if (any) end_row();
      continue;
    }
    any = true;
    if (c == '"' && cell.empty())
      quoted = true;
    else if (c == ',')
      end_cell();
    else
      cell += c;
  }
  if (quoted) throw HostError("the table ends inside quotes");
  if (any) end_row();
  return rows;
}

std::vector<Json> read_records(const std::filesystem::path& file) {
  return parse_records(file_text(file.string()), file);
}

std::vector<Json> parse_records(const std::string& content, const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  const std::string kind = file.extension().string();
  std::vector<Json> records;
  if (kind == ".json")
    records = from_array(content, name);
  else if (kind == ".ndjson" || kind == ".jsonl")
    records = from_lines(content, name);
  else if (kind == ".csv")
    records = from_table(content, name);
  else
    throw HostError(name + ": its name must end in .json, .ndjson or .csv");
  if (records.empty()) throw HostError(name + ": has no records");
  return records;
}

}  // namespace fh
