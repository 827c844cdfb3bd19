#include <algorithm>

#include "cli/command.h"
#include "cli/config_path.h"
#include "cli/shown.h"
#include "cli/table.h"
#include "runtime/doctor.h"

namespace fh {
namespace {

// What the configuration says can be looked at even where its secrets cannot be read, as those that
// systemd hands to the host alone.
std::vector<Finding> all_findings(const std::string& path) {
  std::vector<Finding> findings;
  const auto add_examined = [&](const LoadOptions& options) {
    const Config config = load_config(path, options);
    if (findings.empty())
      findings.push_back({"configuration", true, config.file.string() + " is valid", ""});
    for (Finding& finding : examine(config, SystemClock())) findings.push_back(std::move(finding));
  };
  try {
    add_examined({});
    return findings;
  } catch (const ConfigErrors& errors) {
    for (const std::string& mistake : errors.mistakes())
      findings.push_back({"configuration", false, mistake,
                          "correct the file, or run the doctor as the host's user and with its "
                          "environment"});
  }
  try {
    add_examined({.read_secrets = false});
  } catch (const ConfigErrors&) {
    // What is wrong with it is told already.
  }
  return findings;
}

std::string text_of(const Json& findings) {
  std::string text;
  for (const Json& finding : findings) {
    const bool good = finding["good"] == true;
    text += (good ? "ok     " : "WRONG  ") + cell(finding, "check") + ": " +
            cell(finding, "found") + "\n";
    if (!good) text += "       to do: " + cell(finding, "todo") + "\n";
  }
  return text;
}

}  // namespace

int run_doctor(const Arguments& arguments) {
  const auto findings = all_findings(config_path(arguments));
  Json json = Json::array();
  for (const Finding& finding : findings)
    json.push_back({{"check", finding.check},
                    {"good", finding.good},
                    {"found", finding.found},
                    {"todo", finding.todo.empty() ? Json() : Json(finding.todo)}});
  show(arguments, json, text_of);
  const bool all_good = std::all_of(findings.begin(), findings.end(),
                                    [](const Finding& finding) { return finding.good; });
  return all_good ? kDone : kFailed;
}

}  // namespace fh
