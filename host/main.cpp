// fieldhookd: the host as a Poco ServerApplication: in the foreground, as a daemon, as a Windows
// service. Only the service is Poco's own: what an operator asked for is checked before Poco takes
// over, and a daemon lets go of its caller once it is ready (background.h).

#include <Poco/Util/ServerApplication.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

#include "background.h"
#include "base/log.h"
#include "core_file.h"
#include "daemon.h"
#include "ingress/start_check.h"
#include "pid_file.h"
#include "signals.h"

namespace fh {
namespace {

constexpr int kExitWrong = 2;

struct Arguments {
  std::string config;
  std::string mistake;
  std::string pidfile;
  std::vector<std::string> of_service;  // Poco's
  bool daemon = false;
  bool check = false;
  bool accept_copy = false;
  bool help = false;
  bool version = false;
};

// "--config FILE" as well as "--config=FILE".
std::vector<std::string> with_values_joined(const std::vector<std::string>& given) {
  std::vector<std::string> joined;
  for (auto word = given.begin(); word != given.end(); ++word) {
    joined.push_back(*word);
    const bool takes_value = *word == "--config" || *word == "--pidfile";
    if (takes_value && word + 1 != given.end()) joined.back() += "=" + *++word;
  }
  return joined;
}

Arguments read_arguments(const std::vector<std::string>& given) {
  Arguments arguments;
  for (const std::string& text : with_values_joined(given)) {
    if (text.starts_with("--config="))
      arguments.config = text.substr(9);
    else if (text.starts_with("--pidfile="))
      arguments.pidfile = text.substr(10);
    else if (text == "--daemon")
      arguments.daemon = true;
    else if (text == "--check")
      arguments.check = true;
    else if (text == "--accept-copy")
      arguments.accept_copy = true;
    else if (text == "--help" || text == "-h")
      arguments.help = true;
    else if (text == "--version")
      arguments.version = true;
    else if (text == "--registerService" || text == "--unregisterService")
      arguments.of_service.push_back(text);
    else if (text == "--config" || text == "--pidfile")
      arguments.mistake = text + " needs a value: " + text + "=FILE";
    else
      arguments.mistake = "unknown option " + text;
  }
  return arguments;
}

constexpr const char* kUsage =
    "usage: fieldhookd --config=FILE [--check]\n"
    "       fieldhookd --config=FILE --daemon --pidfile=FILE\n"
    "\n"
    "  --config=FILE    the configuration (docs/configuration.md)\n"
    "  --check          check the configuration and exit: 0 good, 2 not\n"
    "  --accept-copy    take a store that was copied after its host was killed\n"
    "  --daemon         run in the background; returns once it is ready, or why it is not\n"
    "  --pidfile=FILE   write the host's pid there\n"
    "  --version        print the version\n";

std::filesystem::path worker_beside(const std::filesystem::path& host) {
  std::filesystem::path worker = host.parent_path() / "fieldhook-worker";
  worker += host.extension();
  if (!std::filesystem::exists(worker))
    throw HostError("fieldhookd: " + worker.string() +
                    " is missing: install it beside fieldhookd, from the same build");
  return worker;
}

struct Start {
  Config config;
  std::filesystem::path worker;
  StoreOptions store;
  std::filesystem::path pidfile;  // "": none
};

class Application final : public Poco::Util::ServerApplication {
 public:
  Application(Start start, Background& background)
      : start_(std::move(start)), background_(background) {}

 protected:
  int main(const std::vector<std::string>&) override {
    const auto& log = start_.config.log;
    bool in_file = false;
    try {
      set_log_level(log.level);
      if (log.file) log_to_file(log.file->string());
      in_file = log.file.has_value();
      serve();
      return EXIT_OK;
    } catch (const NotWanted&) {
      log_info("stopped");
      return EXIT_OK;
    } catch (const std::exception& error) {
      log_error("fatal", {{"error", error.what()}});
      // Whoever started it looks there, not into the file.
      if (in_file) std::cerr << "fieldhookd: " << error.what() << "\n";
      return EXIT_SOFTWARE;
    }
  }

 private:
  void serve() {
    Daemon daemon(start_.config, start_.worker, start_.store);
    std::optional<PidFile> pid_file;
    if (!start_.pidfile.empty()) pid_file.emplace(start_.pidfile);
    daemon.start();
    background_.ready();
    wait_for_end_request(reopen_log);
    daemon.drain_and_stop();
  }

  const Start start_;
  Background& background_;
};

int run(int argc, char** argv) {
  const Arguments arguments = read_arguments({argv + 1, argv + argc});
  if (arguments.help || arguments.version) {
    std::cout << (arguments.help ? kUsage : "fieldhookd " FIELDHOOK_VERSION "\n");
    return 0;
  }
  if (!arguments.mistake.empty() || arguments.config.empty()) {
    std::cerr << "fieldhookd: "
              << (arguments.mistake.empty() ? "--config=FILE is missing" : arguments.mistake)
              << "\n"
              << kUsage;
    return kExitWrong;
  }
  const LoadOptions options{.read_secrets = true, .sources_may_wait = !arguments.check};
  forbid_core_file();
  Config config = load_config(arguments.config, options);
  if (arguments.check) {
    check_start(config);
    std::cout << "the configuration " << config.file.string() << " is good\n";
    for (const std::string& warning : warnings_of(config, SystemClock().now()))
      std::cout << "warning: " << warning << "\n";
    return 0;
  }
  Start start{std::move(config),
              worker_beside(std::filesystem::canonical("/proc/self/exe")),
              StoreOptions{arguments.accept_copy},
              {}};
  if (!arguments.pidfile.empty()) start.pidfile = std::filesystem::absolute(arguments.pidfile);
  // Relative paths in a plugin's settings are relative to the configuration, like all others.
  std::filesystem::current_path(start.config.file.parent_path());
  if (arguments.daemon && !start.config.log.file)
    std::cerr << "fieldhookd: there is no log.file, and what a daemon says is lost once it is "
                 "ready: name one\n";
  Background background;
  if (arguments.daemon)
    if (const auto exit_code = background.enter()) return *exit_code;
  Application application(std::move(start), background);
  std::vector<std::string> for_poco = {argv[0]};
  for_poco.insert(for_poco.end(), arguments.of_service.begin(), arguments.of_service.end());
  return application.run(for_poco);
}

}  // namespace
}  // namespace fh

int main(int argc, char** argv) {
  fh::hold_signals();
  try {
    return fh::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "fieldhookd: " << error.what() << "\n";
    return 2;
  }
}
