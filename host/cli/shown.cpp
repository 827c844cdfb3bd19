#include "cli/shown.h"

#include <iostream>

#include "cli/command.h"
#include "cli/table.h"

namespace fh {

int show(const Arguments& arguments, const Json& json,
         const std::function<std::string(const Json&)>& for_people) {
  std::cout << (arguments.has("json") ? to_text(json, 2) + "\n" : for_people(json));
  return kDone;
}

std::string checked_id(const std::string& word) {
  constexpr std::size_t kMostDigits = 18;
  const bool digits = word.find_first_not_of("0123456789") == std::string::npos;
  if (word.empty() || !digits || word.size() > kMostDigits || word.front() == '0')
    throw UsageError("\"" + word + "\" is no id: ids are whole numbers, as the list shows them");
  return word;
}

std::string members(const Json& object, const std::vector<std::string>& names) {
  Table table;
  for (const std::string& name : names) table.add({"  " + name, cell(object, name)});
  return table.text();
}

std::string record_text(const Json& record) {
  if (!record.is_object()) return "";
  return cell(record, "type") + " " + cell(record, "id") + " (" + cell(record, "account") + ")";
}

std::string progress_text(const Json& object) {
  const std::string percent = cell(object, "percent");
  const std::string text = cell(object, "progress");
  return percent.empty() ? text : percent + " %" + (text.empty() ? "" : ", " + text);
}

std::string short_build(const Json& object) {
  constexpr std::size_t kDigits = 12;
  return cell(object, "build").substr(0, kDigits);
}

// A pause outlives what else keeps the plugin from running.
std::string plugin_state(const Json& plugin) {
  const std::string state = cell(plugin, "state");
  const bool too = state != "paused" && !cell(plugin, "paused").empty();
  const bool full = !cell(plugin, "backlog_full").empty();
  return state + (too ? ", paused" : "") + (full ? ", backlog full" : "");
}

std::string tallies_text(const Json& tallies) {
  if (!tallies.is_object()) return "";
  std::string text;
  for (const auto& [state, count] : tallies.items())
    if (count != 0) text += (text.empty() ? "" : ", ") + state + " " + cell(count);
  return text;
}

std::string problems_text(const Json& done, const std::string& where) {
  const Json problems = done.value("problems", Json::array());
  std::string text;
  for (const Json& one : problems)
    text += "  " + where + " " + cell(one, where) + ": " + cell(one, "problem") + "\n";
  const std::int64_t listed = static_cast<std::int64_t>(problems.size());
  const std::int64_t failed = done.value("failed", listed);
  return failed > listed ? text + "  and " + std::to_string(failed - listed) + " more\n" : text;
}

std::string cut_text(const Arguments& arguments, const Json& list) {
  constexpr std::size_t kUnlessGiven = 50;  // what the host takes for limit
  if (arguments.has("limit") || list.size() < kUnlessGiven) return "";
  return "the latest " + std::to_string(list.size()) + "; --limit N lists more\n";
}

std::string counted(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace fh
