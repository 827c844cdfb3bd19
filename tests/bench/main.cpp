// bench: measures the host and prints what it found as a table (docs/bench.md).
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <iostream>
#include <set>
#include <thread>

#include "base/check.h"
#include "bench/awake.h"
#include "bench/bare_server.h"
#include "bench/process_stats.h"

namespace fh::bench {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitWrong = 2;
constexpr int kExitInterrupted = 130;

struct Figure {
  std::string_view name;
  std::string_view what;
  Rows (*measure)(Bench&);
};

constexpr Figure kFigures[] = {
    {"disk", "fdatasync a second", measure_disk},
    {"accept", "durable accepts a second", measure_accept},
    {"ignored", "ignored deliveries a second", measure_ignored},
    {"drain", "a backlog through real workers", measure_drain},
    {"neighbour", "a backlog beside plugins that misbehave", measure_neighbour},
    {"crowd", "an honest sender beside a thousand slow ones", measure_crowd},
    {"latency", "receive to start under a light load", measure_latency},
    {"watches", "cost of a delivery with 10 and 10,000 watches", measure_watches},
    {"memory", "idle host and worker", measure_memory},
    {"start", "start to ready", measure_start},
    {"depth", "accept and claim in a deep store", measure_depth},
    {"recovery", "start to ready after SIGKILL", measure_recovery},
};

struct Arguments {
  Plan plan;
  std::set<std::string> names;
  std::optional<bool> awake;  // nullopt: if the machine needs it
  bool json = false;
  bool help = false;
  std::string mistake;
};

bool is_figure(const std::string& name) {
  return std::any_of(std::begin(kFigures), std::end(kFigures),
                     [&](const Figure& figure) { return figure.name == name; });
}

Arguments read_arguments(const std::vector<std::string>& given) {
  Arguments arguments;
  const bool quick = std::find(given.begin(), given.end(), "--quick") != given.end();
  if (quick) arguments.plan = quick_plan();
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string& text = given[i];
    if (text == "--json")
      arguments.json = true;
    else if (text == "--awake")
      arguments.awake = true;
    else if (text == "--asleep")
      arguments.awake = false;
    else if (text == "--help" || text == "-h")
      arguments.help = true;
    else if (text == "--runs" && i + 1 < given.size())
      arguments.plan.runs = std::atoi(given[++i].c_str());
    else if (text == "--beside" && i + 1 < given.size())
      arguments.plan.neighbours.push_back(given[++i]);
    else if (is_figure(text))
      arguments.names.insert(text);
    else if (text != "--quick")
      arguments.mistake = "unknown argument " + text;
  }
  if (arguments.plan.runs < 1 || arguments.plan.runs > 100)
    arguments.mistake = "--runs takes a number from 1 to 100";
  return arguments;
}

std::string usage() {
  std::string text =
      "usage: bench [FIGURE...] [--runs N] [--beside TEXT] [--quick] [--awake|--asleep] "
      "[--json]\n\n"
      "  --runs N   how often each figure is measured; its median counts\n"
      "  --beside TEXT  of neighbours only those whose line has this text; more than once: any of "
      "them\n"
      "  --quick    two minutes, too short to rely on\n"
      "  --awake    keep the processors awake; --asleep: do not; else: if the disk is slow "
      "without\n"
      "  --json     for programs\n\nfigures, all when none is named:\n";
  for (const Figure& figure : kFigures) {
    const std::string blanks(10 - figure.name.size(), ' ');
    text += "  " + std::string(figure.name) + blanks + std::string(figure.what) + "\n";
  }
  return text;
}

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

std::atomic<bool> g_interrupted{false};

// Ctrl-C ends what was started, which has process groups of its own, and removes the folder. The
// workers end with their hosts.
void end_on_signal(const std::filesystem::path& folder) {
  std::thread([folder] {
    const sigset_t signals = ending_signals();
    int signal = 0;
    ::sigwait(&signals, &signal);
    g_interrupted = true;
    for (const pid_t child : children_of(::getpid())) ::kill(-child, SIGKILL);
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    std::_Exit(kExitInterrupted);
  }).detach();
}

bool wants_awake(Bench& bench, const Arguments& arguments) {
  if (arguments.awake.value_or(false) && !Awake().ok())
    throw HostError("bench: only root may keep the processors awake");
  if (arguments.awake) return *arguments.awake;
  const bool needed = hears_late_when_asleep(bench.fresh_folder("awake") / "file");
  if (needed) bench.note("processors are kept awake: asleep, they hear of the disk late");
  return needed;
}

int run(const Arguments& arguments) {
  const sigset_t signals = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Bench bench(arguments.plan);
  end_on_signal(bench.folder());
  Rows rows;
  std::optional<Awake> awake;
  std::optional<bool> wanted;
  for (const Figure& figure : kFigures) {
    if (!arguments.names.empty() && !arguments.names.contains(std::string(figure.name))) continue;
    // The disk comes first, and is measured both ways.
    if (figure.measure != measure_disk && !wanted) {
      wanted = wants_awake(bench, arguments);
      if (*wanted) awake.emplace();
    }
    for (Row& row : figure.measure(bench)) rows.push_back(std::move(row));
  }
  std::cout << (arguments.json ? table_json(rows) : table_text(rows));
  return 0;
}

}  // namespace
}  // namespace fh::bench

int main(int argc, char** argv) {
  using namespace fh::bench;
  const std::vector<std::string> given(argv + 1, argv + argc);
  try {
    if (given.size() == 1 && given[0] == kServeStock) return serve_stock();
    if (given.size() == 1 && given[0] == kServeFront) return serve_front();
    const Arguments arguments = read_arguments(given);
    if (arguments.help) return std::cout << usage(), 0;
    if (!arguments.mistake.empty()) {
      std::cerr << "bench: " << arguments.mistake << "\n\n" << usage();
      return kExitWrong;
    }
    return run(arguments);
  } catch (const std::exception& error) {
    // What was killed is missed here; the thread that did it ends the process.
    while (g_interrupted) ::pause();
    std::cerr << error.what() << "\n";
    return kExitFailed;
  }
}
