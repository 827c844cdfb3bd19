// fieldhookd: the host as a Poco ServerApplication: in the foreground, as a daemon, as a Windows
// service. The configuration is checked before Poco takes over, because a daemon has changed to "/"
// and lost its terminal by the time Poco would say that something is wrong.

#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/ServerApplication.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

#include "base/log.h"
#include "daemon.h"
#include "ingress/start_check.h"
#include "signals.h"

namespace fh {
namespace {

constexpr int kExitWrong = 2;

struct Arguments {
  std::string config;
  std::string mistake;
  bool check = false;
  bool accept_copy = false;
  bool help = false;
  bool version = false;
};

// Poco's own options (--daemon, --pidfile) are let through to it.
Arguments read_arguments(const std::vector<std::string>& given) {
  Arguments arguments;
  for (const std::string& text : given) {
    if (text.starts_with("--config="))
      arguments.config = text.substr(9);
    else if (text == "--check")
      arguments.check = true;
    else if (text == "--accept-copy")
      arguments.accept_copy = true;
    else if (text == "--help" || text == "-h")
      arguments.help = true;
    else if (text == "--version")
      arguments.version = true;
    else if (text != "--daemon" && !text.starts_with("--pidfile=") && text != "--registerService" &&
             text != "--unregisterService")
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
    "  --daemon         run in the background\n"
    "  --pidfile=FILE   write the daemon's pid there\n"
    "  --version        print the version\n";

std::filesystem::path worker_beside(const std::filesystem::path& host) {
  std::filesystem::path worker = host.parent_path() / "fieldhook-worker";
  worker += host.extension();
  if (!std::filesystem::exists(worker))
    throw HostError("fieldhookd: " + worker.string() +
                    " is missing: install it beside fieldhookd, from the same build");
  return worker;
}

class Application final : public Poco::Util::ServerApplication {
 public:
  Application(Config config, std::filesystem::path worker, const StoreOptions& store)
      : config_(std::move(config)), worker_(std::move(worker)), store_(store) {
    setUnixOptions(true);
  }

 protected:
  void defineOptions(Poco::Util::OptionSet& options) override {
    ServerApplication::defineOptions(options);
    options.addOption(Poco::Util::Option("config", "c").argument("file"));
    options.addOption(Poco::Util::Option("accept-copy", ""));
  }

  int main(const std::vector<std::string>&) override {
    try {
      set_log_level(config_.log.level);
      if (config_.log.file) log_to_file(config_.log.file->string());
      Daemon daemon(config_, worker_, store_);
      daemon.start();
      wait_for_end_request(reopen_log);
      daemon.drain_and_stop();
      return EXIT_OK;
    } catch (const std::exception& error) {
      log_error("fatal", {{"error", error.what()}});
      return EXIT_SOFTWARE;
    }
  }

 private:
  const Config config_;
  const std::filesystem::path worker_;
  const StoreOptions store_;
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
  Config config = load_config(arguments.config, options);
  if (arguments.check) {
    check_start(config);
    std::cout << "the configuration " << config.file.string() << " is good\n";
    return 0;
  }
  const auto self = std::filesystem::canonical("/proc/self/exe");
  // Relative paths in a plugin's settings are relative to the configuration, like all others.
  std::filesystem::current_path(config.file.parent_path());
  Application application(std::move(config), worker_beside(self),
                          StoreOptions{arguments.accept_copy});
  return application.run(argc, argv);
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
