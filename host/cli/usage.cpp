#include "cli/usage.h"

#include "cli/table.h"

namespace fh {
namespace {

std::string command_lines(const std::vector<Command>& shown) {
  Table table;
  for (const Command& command : shown)
    table.add({"  fieldhook " + command.name + (command.words.empty() ? "" : " " + command.words),
               command.summary});
  return table.text();
}

std::string option_lines(const std::set<std::string>& names) {
  Table table;
  for (const Option& option : options())
    if (names.contains(option.name))
      table.add(
          {"  --" + option.name + (option.value.empty() ? "" : " " + option.value), option.help});
  return table.text();
}

}  // namespace

std::string usage() {
  return "fieldhook: look at a fieldhook host and send it deliveries\n\n" +
         command_lines(commands()) + "\n" + option_lines({"json", "help", "version"}) +
         "\n`fieldhook COMMAND --help` lists a command's options. Exit codes: 0 done, 1 the thing\n"
         "asked for failed, 2 wrong usage or configuration, 3 the host cannot be reached.\n";
}

std::string usage_of(const std::string& word) {
  return command_lines(commands_under(word)) + "\n" + option_lines(options_of(word));
}

std::set<std::string> options_of(const std::string& word) {
  std::set<std::string> names = {"json", "help"};
  for (const Command& command : commands_under(word))
    names.insert(command.options.begin(), command.options.end());
  if (word.empty())
    for (const Option& option : options()) names.insert(option.name);
  return names;
}

std::vector<Command> commands_under(const std::string& word) {
  std::vector<Command> under;
  for (const Command& command : commands())
    if (command.name == word || command.name.starts_with(word + " ")) under.push_back(command);
  return under;
}

}  // namespace fh
