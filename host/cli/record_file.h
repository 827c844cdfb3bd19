// Records of a CRM's export: a JSON array of objects, one object a line, or a table with a line of
// names. Throws HostError with the place in the file, also when there are none, UsageError when
// there is no such file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"

namespace fh {

/// By the name's end: .json, .ndjson (or .jsonl), .csv. A table's cells are texts; an empty cell is
/// left out, since it may as well mean unknown as cleared.
std::vector<Json> read_records(const std::filesystem::path& file);

/// The same for the content of a file of that name.
std::vector<Json> parse_records(const std::string& content, const std::filesystem::path& file);

/// RFC 4180: rows of cells; quotes, doubled quotes and line ends inside quotes. A CR or LF alone
/// ends a row, too.
std::vector<std::vector<std::string>> parse_csv(const std::string& text);

}  // namespace fh
