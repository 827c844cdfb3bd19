#include "ingress/start_check.h"

#include "ingress/tls_context.h"
#include "runtime/plugin_file.h"
#include "store/store_file.h"

namespace fh {
namespace {

std::string obstacle_of_log(const LogConfig& log) {
  std::error_code error;
  if (!log.file) return "";
  if (!std::filesystem::is_directory(log.file->parent_path(), error))
    return "log.file: the folder " + log.file->parent_path().string() + " is missing: make it";
  if (std::filesystem::is_directory(*log.file, error))
    return "log.file: " + log.file->string() + " is a folder: name a file";
  const bool there = std::filesystem::exists(*log.file, error);
  const int obstacle = write_obstacle(there ? *log.file : log.file->parent_path());
  if (obstacle == 0) return "";
  return "log.file: " + log.file->string() +
         " cannot be written by this user: " + std::generic_category().message(obstacle);
}

template <class Try>
std::string obstacle_of(const Try& attempt) {
  try {
    attempt();
    return "";
  } catch (const HostError& error) {
    return error.what();
  }
}

}  // namespace

void check_start(const Config& config) {
  std::string plugins = mistrust_of_folder(config.plugins.directory, config.plugins.trust);
  if (!plugins.empty()) plugins.insert(0, "plugins.directory: ");
  std::vector<std::string> mistakes;
  for (const std::string& obstacle : {obstacle_of([&] {
                                        if (config.ingest.tls)
                                          TlsContext context(*config.ingest.tls);
                                      }),
                                      obstacle_of([&] { refuse_unwritable(config.store); }),
                                      plugins, obstacle_of_log(config.log)})
    if (!obstacle.empty()) mistakes.push_back("config: " + obstacle);
  if (!mistakes.empty()) throw ConfigErrors(std::move(mistakes));
}

}  // namespace fh
