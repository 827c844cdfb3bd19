// What the commands that ask the host have in common: as JSON for programs, or as text for people.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/arguments.h"

namespace fh {

/// Prints `json` when --json was given, else what `for_people` makes of it. Returns kDone.
int show(const Arguments& arguments, const Json& json,
         const std::function<std::string(const Json&)>& for_people);

/// `word`, checked to be an id: a whole number above zero. Throws UsageError.
std::string checked_id(const std::string& word);

/// One line for each named member: its name and its value, in columns.
std::string members(const Json& object, const std::vector<std::string>& names);

/// "contact 42 (insites)" of {account, type, id}.
std::string record_text(const Json& record);

/// "66 %, invite the contacts" of {percent, progress}; "" when the plugin said nothing.
std::string progress_text(const Json& object);

/// The first twelve digits of a build's hash.
std::string short_build(const Json& object);

/// "missing, paused, backlog full": what keeps a plugin from running, or deliveries from it.
std::string plugin_state(const Json& plugin);

/// "available 3, running 1" of {"available": 3, "running": 1}.
std::string tallies_text(const Json& tallies);

/// What went wrong with some of many, a line each, and how many more the host counted but did not
/// list. `where` is the member that names one of them.
std::string problems_text(const Json& done, const std::string& where);

/// Says of a list that --limit did not bound that it is cut, or may be.
std::string cut_text(const Arguments& arguments, const Json& list);

/// "1 job", "2 jobs".
std::string counted(std::int64_t count, const std::string& noun);

}  // namespace fh
