// Usage: the help texts, made from the table of commands.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace fh {

/// Every command, and the options that all of them take.
std::string usage();

/// Commands that begin with `word` ("jobs", "jobs list", "send") and every option they take.
std::string usage_of(const std::string& word);

/// Commands whose name is `word` or begins with it and a blank.
std::vector<Command> commands_under(const std::string& word);

}  // namespace fh
