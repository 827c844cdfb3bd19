// What a file holds, for the commands that take one.
#pragma once

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "cli/arguments.h"

namespace fh {

/// "-" is the standard input. Throws UsageError when the file cannot be read to its end.
inline std::string file_text(const std::string& file) {
  if (file == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
  std::ifstream in(file, std::ios::binary);
  std::string text;
  char part[64 * 1024];
  while (in.read(part, sizeof part) || in.gcount() > 0)
    text.append(part, static_cast<std::size_t>(in.gcount()));
  if (!in.eof()) throw UsageError("cannot read " + file);
  return text;
}

}  // namespace fh
