// What Linux says of a process or a thread in its stat file. Any thread.
#pragma once

#include <filesystem>
#include <string>

namespace fh {

/// Field `number` of a folder's stat file (/proc/PID, /proc/PID/task/TID), from 3 on, counted as in
/// proc(5); "": it is gone.
std::string stat_field(const std::filesystem::path& folder, int number);

}  // namespace fh
