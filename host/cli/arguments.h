// Arguments: the words of a command line, sorted into options and the rest. Options may stand
// before or after the rest, as "--name value" or "--name=value"; "--" ends them. Plain values;
// header-only, so that tests need nothing of the executable.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/suggestion.h"

namespace fh {

/// Wrong usage: exit code 2, and the text says what would be right.
class UsageError : public std::runtime_error {
 public:
  explicit UsageError(const std::string& text) : std::runtime_error(text) {}
};

struct Option {
  std::string name;   // without its dashes
  std::string value;  // what help calls the value; "" when the option takes none
  std::string help;
};

struct Arguments {
  std::vector<std::string> words;              // what is no option, in order
  std::map<std::string, std::string> options;  // by name; "" for those without a value

  bool has(const std::string& option) const { return options.contains(option); }
  std::optional<std::string> option(const std::string& name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::nullopt : std::optional(found->second);
  }
};

inline const Option& find_option(const std::string& name, const std::vector<Option>& known,
                                 const std::vector<std::string>& likely) {
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const Option& option) { return option.name == name; });
  if (found != known.end()) return *found;
  std::vector<std::string> names;
  for (const std::string& one : likely) names.push_back("--" + one);
  throw UsageError("unknown option --" + name + did_you_mean("--" + name, names));
}

/// `likely`: the names of those options that an unknown one may be meant to be. Throws UsageError
/// for an option that is unknown, repeated, without its value (an empty one is none: a variable
/// that nobody has set, as a rule) or with one too many.
inline Arguments parse_arguments(const std::vector<std::string>& words,
                                 const std::vector<Option>& known,
                                 const std::vector<std::string>& likely) {
  Arguments arguments;
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (*word == "--") {
      arguments.words.insert(arguments.words.end(), word + 1, words.end());
      break;
    }
    if (word->size() < 2 || word->front() != '-') {
      arguments.words.push_back(*word);
      continue;
    }
    if (!word->starts_with("--") && *word != "-h") throw UsageError("unknown option " + *word);
    const auto equals = word->find('=');
    const std::string name = *word == "-h" ? "help" : word->substr(2, equals - 2);
    const Option& option = find_option(name, known, likely);
    std::string value;
    if (equals != std::string::npos) {
      value = word->substr(equals + 1);
      if (option.value.empty()) throw UsageError("--" + name + " takes no value");
    } else if (!option.value.empty()) {
      if (word + 1 != words.end() && !(word + 1)->starts_with("--")) value = *++word;
    }
    if (value.empty() && !option.value.empty())
      throw UsageError("--" + name + " needs a value: --" + name + " " + option.value);
    if (!arguments.options.emplace(name, value).second)
      throw UsageError("--" + name + " is given twice");
  }
  return arguments;
}

}  // namespace fh
