// Command: one thing `fieldhook` can be asked to do. The table of them is all that dispatch and
// help know; a new command is a row there and a function here. Each function prints its result to
// standard output and returns the exit code; it throws UsageError, ConfigErrors, Unreachable or
// HostError.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"

namespace fh {

/// Exit codes that scripts rely on.
enum Exit { kDone = 0, kFailed = 1, kWrongUsage = 2, kUnreachable = 3 };

struct Command {
  std::string name;   // "jobs list"
  std::string words;  // what must follow it: "ID"; in brackets what may: "[ID]"
  std::string summary;
  std::vector<std::string> options;  // besides --json and --help
  int (*run)(const Arguments&);      // Arguments::words begin after the name
};

const std::vector<Command>& commands();
const std::vector<Option>& options();

int run_send(const Arguments& arguments);
int run_verify(const Arguments& arguments);
int run_status(const Arguments& arguments);
int run_jobs_list(const Arguments& arguments);
int run_jobs_show(const Arguments& arguments);
int run_jobs_retry(const Arguments& arguments);
int run_jobs_release(const Arguments& arguments);
int run_jobs_cancel(const Arguments& arguments);
int run_jobs_discard(const Arguments& arguments);
int run_deliveries_list(const Arguments& arguments);
int run_deliveries_show(const Arguments& arguments);
int run_deliveries_explain(const Arguments& arguments);
int run_deliveries_replay(const Arguments& arguments);
int run_import(const Arguments& arguments);
int run_plugins_list(const Arguments& arguments);
int run_plugins_show(const Arguments& arguments);
int run_plugins_remove(const Arguments& arguments);
int run_plugins_pause(const Arguments& arguments);
int run_plugins_resume(const Arguments& arguments);
int run_plugins_reload(const Arguments& arguments);
int run_backup(const Arguments& arguments);
int run_doctor(const Arguments& arguments);
int run_config_check(const Arguments& arguments);
int run_config_show(const Arguments& arguments);

}  // namespace fh
