#include <algorithm>
#include <iostream>

#include "cli/command.h"
#include "cli/config_path.h"
#include "cli/shown.h"
#include "cli/table.h"
#include "runtime/doctor.h"

namespace fh {
namespace {

std::vector<Finding> all_findings(const std::string& path) {
  try {
    const Config config = load_config(path);
    auto findings = examine(config, SystemClock());
    findings.insert(findings.begin(),
                    {"configuration", true, config.file.string() + " is valid", ""});
    return findings;
  } catch (const ConfigErrors& errors) {
    std::vector<Finding> findings;
    for (const std::string& mistake : errors.mistakes())
      findings.push_back({"configuration", false, mistake,
                          "correct the file, or run the doctor as the host's user"});
    return findings;
  }
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
