#include "crash/trace.h"

#include <fstream>
#include <sstream>

namespace fh::test {
namespace {

using Faults = std::vector<std::string>;

std::string text_of(const TraceLine& line) {
  return line.what + " of job " + std::to_string(line.job) + " run " + std::to_string(line.run) +
         ", record " + line.record + " value " + std::to_string(line.value);
}

// Once another run of the record began, an earlier one leaves no line any more.
void find_overlaps(const std::vector<TraceLine>& trace, Faults& faults) {
  using RunId = std::pair<std::int64_t, int>;
  std::map<std::string, RunId> current;
  for (const TraceLine& line : trace) {
    if (line.what == "start")
      current[line.record] = {line.job, line.run};
    else if (current[line.record] != RunId{line.job, line.run})
      faults.push_back("overlap: " + text_of(line) + " after another run of the record began");
  }
}

// A record's values begin in the order accepted, which is that of their numbers.
void find_disorder(const std::vector<TraceLine>& trace, const std::set<std::int64_t>& again,
                   Faults& faults) {
  std::map<std::string, int> latest;
  std::set<std::int64_t> begun;
  for (const TraceLine& line : trace) {
    if (line.what != "start" || again.contains(line.job) || !begun.insert(line.job).second)
      continue;
    if (line.value <= latest[line.record])
      faults.push_back("order: " + text_of(line) + " after value " +
                       std::to_string(latest[line.record]));
    latest[line.record] = line.value;
  }
}

// What was seen to be kept is never done again.
void find_repeated_effects(const std::vector<TraceLine>& trace, Faults& faults) {
  std::set<std::pair<std::string, int>> once_kept;
  std::set<std::int64_t> steps_kept;
  for (const TraceLine& line : trace) {
    if (line.what == "once" && once_kept.contains({line.record, line.value}))
      faults.push_back("once: " + text_of(line) + " although it was kept");
    if (line.what == "step" && steps_kept.contains(line.job))
      faults.push_back("step: " + text_of(line) + " although it was kept");
    if (line.what == "once-kept") once_kept.insert({line.record, line.value});
    if (line.what == "step-kept") steps_kept.insert(line.job);
  }
}

// Nothing runs after its result was committed, and every run that ran is known.
void compare_runs(const std::vector<TraceLine>& trace, const Snapshot& stored, Faults& faults) {
  for (const auto& [job, runs] : stored.runs)
    for (std::size_t run = 0; run + 1 < runs.size(); ++run)
      if (runs[run].outcome == "done")
        faults.push_back("final: job " + std::to_string(job) + " ran again after it was done");
  for (const TraceLine& line : trace) {
    const auto runs = stored.runs.find(line.job);
    if (runs == stored.runs.end() || line.run > static_cast<int>(runs->second.size()))
      faults.push_back("unknown to the store: " + text_of(line));
  }
}

// A job that completed did all it had to do, and its keys have their results.
void find_undone(const std::vector<TraceLine>& trace, const Snapshot& stored, Faults& faults) {
  std::map<std::int64_t, std::set<std::string>> done;
  for (const TraceLine& line : trace) done[line.job].insert(line.what);
  for (const auto& [id, rows] : stored.jobs) {
    if (rows.front().state != "completed" || rows.front().parent != 0) continue;
    for (const char* what : {"start", "once", "once-kept", "step", "step-kept", "end"})
      if (!done[id].contains(what))
        faults.push_back("undone: job " + std::to_string(id) + " completed without " + what);
    const auto step = stored.steps.find({id, "step"});
    if (step == stored.steps.end() || !step->second.result)
      faults.push_back("undone: job " + std::to_string(id) + " completed, its step did not");
  }
}

}  // namespace

std::vector<TraceLine> read_trace(const std::filesystem::path& file) {
  std::vector<TraceLine> trace;
  std::ifstream in(file);
  for (std::string text; std::getline(in, text);) {
    TraceLine line;
    std::istringstream words(text);
    words >> line.what >> line.job >> line.run >> line.record >> line.value;
    trace.push_back(line);
  }
  return trace;
}

std::vector<std::string> faults_of(const std::vector<TraceLine>& trace, const Snapshot& stored,
                                   const std::set<std::int64_t>& again) {
  Faults faults;
  find_overlaps(trace, faults);
  find_disorder(trace, again, faults);
  find_repeated_effects(trace, faults);
  compare_runs(trace, stored, faults);
  find_undone(trace, stored, faults);
  return faults;
}

}  // namespace fh::test
