// Usage: the help texts, made from the table of commands.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cli/command.h"

namespace fh {

/// Every command, and the options that all of them take.
std::string usage();

/// Commands that begin with `word` ("jobs", "jobs list", "send") and every option they take.
std::string usage_of(const std::string& word);

/// The names of the options that those commands take, without dashes; of "" all there are.
std::set<std::string> options_of(const std::string& word);

/// Commands whose name is `word` or begins with it and a blank.
std::vector<Command> commands_under(const std::string& word);

}  // namespace fh
