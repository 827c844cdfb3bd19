// fieldhook: the command line. Finds the command in the table, checks that its words and options
// fit, runs it, and turns what it throws into a sentence and an exit code.
#include <algorithm>
#include <csignal>
#include <iostream>

#include "base/joined.h"
#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/http_call.h"
#include "cli/usage.h"
#include "config/config.h"

namespace fh {
namespace {

// The names that can follow `group`; with "" the first words of all commands.
std::vector<std::string> next_words(const std::string& group) {
  std::vector<std::string> words;
  for (const Command& command : group.empty() ? commands() : commands_under(group)) {
    const std::string rest = group.empty() ? command.name : command.name.substr(group.size() + 1);
    words.push_back(rest.substr(0, rest.find(' ')));
  }
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

// Takes the command's name off the words.
Command take_command(Arguments& arguments) {
  const std::string first = arguments.words.front();
  const auto under = commands_under(first);
  if (under.empty())
    throw UsageError("unknown command \"" + first + "\"" + did_you_mean(first, next_words("")));
  arguments.words.erase(arguments.words.begin());
  if (under.front().name == first) return under.front();

  const auto known = next_words(first);
  if (arguments.words.empty()) throw UsageError(first + " needs one of: " + joined(known, ", "));
  const std::string second = arguments.words.front();
  for (const Command& command : under) {
    if (command.name != first + " " + second) continue;
    arguments.words.erase(arguments.words.begin());
    return command;
  }
  throw UsageError("unknown command \"" + first + " " + second + "\"" +
                   did_you_mean(second, known) + "; known: " + joined(known, ", "));
}

void check_fit(const Command& command, const Arguments& arguments) {
  for (const auto& [name, value] : arguments.options) {
    const auto& own = command.options;
    if (name != "json" && std::find(own.begin(), own.end(), name) == own.end())
      throw UsageError(command.name + " does not take --" + name);
  }
  const std::size_t most = command.words.empty() ? 0 : 1;
  const bool optional = command.words.starts_with('[');
  if (arguments.words.size() < most && !optional)
    throw UsageError(command.name + " needs " + command.words);
  if (!arguments.words.empty() && arguments.words.front().empty())
    throw UsageError(command.name + " was given an empty text for " + command.words);
  if (arguments.words.size() > most)
    throw UsageError(command.name + " does not take \"" + arguments.words[most] + "\"");
}

// The command, or the first word of several, that the words begin with; "" when there is none.
std::string topic_of(const std::vector<std::string>& words) {
  if (words.size() > 1 && !commands_under(words[0] + " " + words[1]).empty())
    return words[0] + " " + words[1];
  return !words.empty() && !commands_under(words[0]).empty() ? words[0] : "";
}

int print_help(const Arguments& arguments) {
  const std::string topic = topic_of(arguments.words);
  std::cout << (topic.empty() ? usage() : usage_of(topic));
  return kDone;
}

int run(const std::vector<std::string>& words) {
  const auto likely = options_of(topic_of(words));
  Arguments arguments = parse_arguments(words, options(), {likely.begin(), likely.end()});
  if (arguments.has("help")) return print_help(arguments);
  if (arguments.has("version")) {
    std::cout << "fieldhook " FIELDHOOK_VERSION "\n";
    return kDone;
  }
  if (arguments.words.empty()) {
    std::cerr << usage();
    return kWrongUsage;
  }
  if (arguments.words.front() == "help") {
    arguments.words.erase(arguments.words.begin());
    return print_help(arguments);
  }
  const Command command = take_command(arguments);
  check_fit(command, arguments);
  try {
    return command.run(arguments);
  } catch (const ApiProblem& problem) {
    if (arguments.has("json")) std::cout << to_text(problem.problem(), 2) << "\n";
    throw;
  }
}

}  // namespace

int run_or_explain(const std::vector<std::string>& words) {
  try {
    return run(words);
  } catch (const UsageError& error) {
    std::cerr << "fieldhook: " << error.what() << "\nfieldhook --help lists the commands\n";
    return kWrongUsage;
  } catch (const ConfigErrors& errors) {
    std::cerr << errors.what() << "\n";
    return kWrongUsage;
  } catch (const Unreachable& error) {
    std::cerr << "fieldhook: " << error.what() << "\n";
    return kUnreachable;
  } catch (const std::exception& error) {
    std::cerr << "fieldhook: " << error.what() << "\n";
    return kFailed;
  }
}

}  // namespace fh

int main(int argc, char** argv) {
#ifdef SIGPIPE
  std::signal(SIGPIPE,
              SIG_IGN);  // a host that closes early is told from its reply, not by a signal
#endif
  const int code = fh::run_or_explain({argv + 1, argv + argc});
  if (std::cout.flush()) return code;
  std::cerr << "fieldhook: standard output could not be written\n";
  return code == 0 ? fh::kFailed : code;
}
