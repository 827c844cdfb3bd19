#include "system/host_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "base/unique_fd.h"
#include "store/worker_ledger.h"

namespace fh::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostLogShown = 60'000;

fs::path make_folder() {
  std::string pattern = (fs::temp_directory_path() / "fieldhook-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  return fs::canonical(pattern);
}

Json source(const std::string& record, const Json& verify) {
  return {{"name", record},      {"path", "/webhooks/" + record},
          {"sender", "insites"}, {"record", record},
          {"event", "updated"},  {"verify", verify}};
}

Json secrets(const std::string& variable) {
  return Json::array({{{"name", "test"}, {"from", "env:" + variable}}});
}

Json first_config(const fs::path& folder) {
  const Json signature = {{"scheme", "hmac-sha256"},
                          {"header", "X-Signature"},
                          {"secrets", secrets("FIELDHOOK_TEST_CONTACT")}};
  const Json token = {{"scheme", "url-token"},
                      {"in", "query:token"},
                      {"secrets", secrets("FIELDHOOK_TEST_COMPANY")}};
  const Json misbehave = {{"log", (folder / "plugin.log").string()},
                          {"effects", (folder / "effects").string()}};
  return {{"ingest", {{"listen", "127.0.0.1:0"}}},
          {"admin", {{"listen", "127.0.0.1:0"}, {"tokens", secrets("FIELDHOOK_TEST_ADMIN")}}},
          {"store", "sqlite:store/fieldhook.db"},
          {"workers", {{"cancel_grace", "300ms"}, {"drain_grace", "20s"}}},
          {"plugins", {{"directory", "plugins"}, {"settings", {{"misbehave", misbehave}}}}},
          {"sources", Json::array({source("contact", signature), source("company", token)})}};
}

}  // namespace

HostProcess::HostProcess() : folder_(make_folder()), config_(first_config(folder_)) {
  environment_ = plain_environment();
  environment_["FIELDHOOK_TEST_ADMIN"] = kAdminToken;
  environment_["FIELDHOOK_TEST_CONTACT"] = kContactSecret;
  environment_["FIELDHOOK_TEST_COMPANY"] = kCompanyToken;
  fs::create_directory(plugin_folder());
  fs::permissions(plugin_folder(), fs::perms::owner_all);
}

HostProcess::~HostProcess() {
  const bool failed = ::testing::Test::HasFailure() || std::uncaught_exceptions() > 0;
  if (child_ && !failed) {
    EXPECT_EQ(stop(), 0) << log();
  }
  child_.reset();
  std::error_code ignored;
  if (fs::exists(store_file().string() + ".workers"))
    WorkerLedger(store_file().string()).kill_recorded();
  if (failed) {
    const std::string text = log();
    std::cerr << "---- the host's log ----\n"
              << text.substr(text.size() - std::min(text.size(), kMostLogShown))
              << "---- end of the host's log ----\n";
  }
  fs::remove_all(folder_, ignored);
}

void HostProcess::leave_signals_alone() {
  for (const char* name : {"ASAN_OPTIONS", "TSAN_OPTIONS"})
    environment_[name] += ":handle_segv=0:handle_abort=0:handle_sigbus=0:use_sigaltstack=0";
}

// LD_PRELOAD ends a path at a blank, which the build folder's may have.
void HostProcess::preload(const std::string& library) {
  fs::create_symlink(fs::path(FIELDHOOK_TEST_PLUGINS) / library, folder_ / library);
  environment_["LD_PRELOAD"] = (folder_ / library).string();
  environment_["ASAN_OPTIONS"] += ":verify_asan_link_order=0";
}

void HostProcess::install(const std::string& library, const std::string& as) {
  install_file(fs::path(FIELDHOOK_TEST_PLUGINS) / library, as.empty() ? library : as);
}

void HostProcess::install_file(const fs::path& file, const std::string& as) {
  const fs::path copy = plugin_folder() / ("." + as);
  fs::copy_file(file, copy, fs::copy_options::overwrite_existing);
  fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write);
  fs::rename(copy, plugin_folder() / as);
}

void HostProcess::uninstall(const std::string& file) { fs::remove(plugin_folder() / file); }

void HostProcess::write_config() { std::ofstream(config_file()) << config_.dump(2); }

void HostProcess::launch(const std::vector<std::string>& more) {
  write_config();
  const fs::path log = folder_ / "host.log";
  const UniqueFd fd(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  log_start_ = text_of(log).size();
  SpawnOptions options;
  // A test that is interrupted or runs out of time ends without a destructor: its host goes with
  // it.
  options.arguments = {"/usr/bin/setpriv", "--pdeathsig", "KILL", executable("fieldhookd"),
                       "--config=" + config_file().string()};
  options.arguments.insert(options.arguments.end(), more.begin(), more.end());
  options.environment = environment_list(environment_);
  options.standard_output = fd.get();
  options.standard_error = fd.get();
  child_ = std::make_unique<ChildProcess>(options);
}

void HostProcess::wait_until_ready() {
  bool ended = false;
  const bool ready = eventually(kPatience, [&] {
    ended = child_->reap(0ms).has_value();
    std::istringstream lines(log().substr(log_start_));
    for (std::string line; std::getline(lines, line);) {
      const auto at = line.find(" ready ingest=");
      if (at == std::string::npos || lines.eof()) continue;
      const auto admin = line.find(" admin=");
      ingest_port_ = static_cast<std::uint16_t>(std::stoi(line.substr(at + 14)));
      admin_port_ = static_cast<std::uint16_t>(std::stoi(line.substr(admin + 7)));
      return true;
    }
    return ended;
  });
  if (!ready || ended) throw std::runtime_error("the host did not become ready");
}

std::unique_ptr<ChildProcess> HostProcess::launch_successor() {
  auto old = std::move(child_);
  launch();
  return old;
}

void HostProcess::start() {
  launch();
  wait_until_ready();
}

void HostProcess::terminate() { ::kill(pid(), SIGTERM); }

int HostProcess::wait_for_end() {
  const auto status = child_->reap(kPatience);
  if (!status) throw std::runtime_error("the host did not end");
  child_.reset();
  return status->code ? *status->code : 128 + status->signal.value_or(0);
}

int HostProcess::stop() {
  terminate();
  return wait_for_end();
}

void HostProcess::kill() {
  ::kill(pid(), SIGKILL);
  wait_for_end();
}

std::string HostProcess::log() const { return text_of(folder_ / "host.log"); }

std::vector<std::string> HostProcess::log_lines(const std::string& text) const {
  auto lines = lines_of(folder_ / "host.log");
  std::erase_if(lines, [&](const auto& line) { return line.find(text) == std::string::npos; });
  return lines;
}

std::vector<LoggedRun> HostProcess::runs() const {
  std::vector<LoggedRun> runs;
  for (std::string line : lines_of(folder_ / "plugin.log")) {
    LoggedRun run;
    run.end = line.starts_with("end ");
    std::istringstream words(run.end ? line.substr(4) : line);
    words >> run.job >> run.run >> run.value >> run.record;
    runs.push_back(std::move(run));
  }
  return runs;
}

std::vector<std::string> HostProcess::effects() const { return lines_of(folder_ / "effects"); }

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace fh::test
