#include "cli/command.h"
#include "cli/config_path.h"
#include "cli/shown.h"
#include "cli/table.h"
#include "config/config.h"
#include "store/backup.h"

namespace fh {

// Reads the store's file, not the admin port: a backup is written by whoever asks for it.
int run_backup(const Arguments& arguments) {
  const Config config = load_config(config_path(arguments), {.read_secrets = false});
  const std::string& file = arguments.words.front();
  const auto bytes = back_up_store(config.store, file, SystemClock().now());
  const Json json = {{"file", file}, {"store", config.store.string()}, {"bytes", bytes}};
  return show(arguments, json, [](const Json& made) {
    return "wrote " + cell(made, "file") + ", " + cell(made, "bytes") + " bytes, checked\n";
  });
}

}  // namespace fh
