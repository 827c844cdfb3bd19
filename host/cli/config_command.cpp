#include <iostream>

#include "cli/command.h"
#include "cli/config_path.h"
#include "cli/shown.h"
#include "config/config.h"
#include "ingress/start_check.h"

namespace fh {

// Reads secrets and looks at files and folders too, as the host will: run it as the host's user.
int run_config_check(const Arguments& arguments) {
  const std::string path = config_path(arguments);
  const bool json = arguments.has("json");
  try {
    const Config config = load_config(path);
    check_start(config);
    const auto sources = static_cast<std::int64_t>(config.sources.size());
    const auto warnings = warnings_of(config, SystemClock().now());
    if (json) {
      std::cout << to_text({{"valid", true}, {"mistakes", Json::array()}, {"warnings", warnings}})
                << "\n";
      return kDone;
    }
    std::cout << config.file.string() << " is valid: " << counted(sources, "source") << "\n";
    for (const std::string& warning : warnings) std::cout << "warning: " << warning << "\n";
    return kDone;
  } catch (const ConfigErrors& errors) {
    if (!json) throw;
    std::cout << to_text({{"valid", false},
                          {"mistakes", errors.mistakes()},
                          {"warnings", Json::array()}},
                         2)
              << "\n";
    return kWrongUsage;
  }
}

int run_config_show(const Arguments& arguments) {
  const Config config = load_config(config_path(arguments), {.read_secrets = false});
  std::cout << to_text(describe(config), arguments.has("json") ? -1 : 2) << "\n";
  return kDone;
}

}  // namespace fh
