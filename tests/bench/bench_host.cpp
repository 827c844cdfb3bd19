#include "bench/bench_host.h"

#include <fcntl.h>
#include <signal.h>

#include <fstream>
#include <thread>

#include "base/check.h"
#include "base/json.h"
#include "bench/deliveries.h"
#include "bench/http_connection.h"

namespace fh::bench {

namespace fs = std::filesystem;

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::minutes kPatience(1);
constexpr std::chrono::milliseconds kBetweenLooks(1);
constexpr const char* kToken = "bench-admin-token";
constexpr std::int64_t kBacklog = 10'000'000;

std::vector<std::string> host_environment() {
  return {"FIELDHOOK_BENCH_SECRET=" + std::string(kSecret),
          "FIELDHOOK_BENCH_TOKEN=" + std::string(kToken), "PATH=/usr/bin:/bin", "HOME=/", "TZ=UTC"};
}

Json source() {
  return {{"name", "bench"},
          {"path", kSourcePath},
          {"sender", "insites"},
          {"record", "contact"},
          {"event", "updated"},
          {"verify",
           {{"scheme", "hmac-sha256"},
            {"header", "X-Signature"},
            {"encoding", "hex"},
            {"secrets", {{{"name", "bench"}, {"from", "env:FIELDHOOK_BENCH_SECRET"}}}}}}};
}

std::uint16_t port_in(const std::string& line, const std::string& key) {
  const auto at = line.find(" " + key + "=");
  if (at == std::string::npos) throw HostError("bench: no " + key + " port in: " + line);
  return static_cast<std::uint16_t>(std::stoi(line.substr(at + key.size() + 2)));
}

}  // namespace

HostFolder::HostFolder(fs::path path) : path_(std::move(path)) {
  fs::create_directory(plugins());
  // The host loads from a folder that only its own user may write; the umask may say otherwise.
  fs::permissions(plugins(), fs::perms::owner_all);
}

void HostFolder::put_plugin(const fs::path& library) const {
  const fs::path part = path_ / "plugin.part";
  fs::copy_file(library, part, fs::copy_options::overwrite_existing);
  fs::permissions(part, fs::perms::owner_read | fs::perms::owner_exec);
  fs::rename(part, plugins() / library.filename());
}

void HostFolder::remove_plugin(const std::string& name) const {
  fs::remove(plugins() / (name + ".so"));
}

fs::path HostFolder::write_config() const {
  Json config = {{"ingest", {{"listen", "127.0.0.1:0"}}},
                 {"admin",
                  {{"listen", "127.0.0.1:0"},
                   {"tokens", {{{"name", "bench"}, {"from", "env:FIELDHOOK_BENCH_TOKEN"}}}}}},
                 {"store", "sqlite:" + store().filename().string()},
                 {"plugins", {{"directory", "plugins"}}},
                 {"sources", {source()}}};
  Json& limits = config["plugins"]["limits"];
  limits[kNoop] = {{"backlog", kBacklog}, {"slots", kSlots}, {"per_record", 0}};
  limits["bench-few-watches"] = {{"backlog", kBacklog}, {"per_record", 0}};
  limits["bench-watches-0"] = {{"backlog", kBacklog}, {"per_record", 0}};
  if (notes_starts_) config["plugins"]["settings"][kNoop] = {{"starts", starts().string()}};
  if (abused_) {
    limits[kAbuse] = {{"slots", kAbuseSlots}, {"per_record", 0}, {"memory", "256MiB"}};
    config["workers"] = {{"drain_grace", "0s"}, {"cancel_grace", "100ms"}};
  }
  const fs::path file = path_ / "fieldhook.json";
  std::ofstream(file) << to_text(config, 2);
  return file;
}

BenchHost::BenchHost(const Bench& bench, HostFolder folder) : folder_(std::move(folder)) {
  const std::string log = (folder_.path() / "host.log").string();
  log_.reset(::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
  log_reader_.reset(::open(log.c_str(), O_RDONLY | O_CLOEXEC));
  if (!log_ || !log_reader_) throw_errno("bench: cannot open " + log);
  SpawnOptions options;
  options.arguments = {bench.executable("fieldhookd"),
                       "--config=" + folder_.write_config().string()};
  options.environment = host_environment();
  options.standard_error = log_.get();
  const auto start = Steady::now();
  process_ = std::make_unique<ChildProcess>(options);
  const std::string ready = wait_for_line(" ready ");
  time_to_ready_ = Steady::now() - start;
  port_ = port_in(ready, "ingest");
  admin_port_ = port_in(ready, "admin");
}

std::optional<std::string> BenchHost::next_line() {
  while (true) {
    const auto end = log_text_.find('\n', log_at_);
    if (end != std::string::npos) {
      std::string line = log_text_.substr(log_at_, end - log_at_);
      log_at_ = end + 1;
      if (!folder_.abused() && line.find(" error ") != std::string::npos)
        throw HostError("bench: the host says: " + line);
      return line;
    }
    log_text_.erase(0, std::exchange(log_at_, 0));
    char bytes[64 * 1024];
    const auto got = ::read(log_reader_.get(), bytes, sizeof bytes);
    if (got <= 0) return std::nullopt;
    log_text_.append(bytes, static_cast<std::size_t>(got));
  }
}

std::string BenchHost::wait_for_line(const std::string& text) {
  const auto deadline = Steady::now() + kPatience;
  while (true) {
    while (auto line = next_line())
      if (line->find(text) != std::string::npos) return *line;
    if (const auto ended = process_->reap(kBetweenLooks))
      throw HostError("bench: the host ended with " + ended->describe() + ": " + log_text_);
    if (Steady::now() > deadline) throw HostError("bench: the host never said" + text);
  }
}

void BenchHost::add_plugin(const fs::path& library) {
  folder_.put_plugin(library);
  wait_for_line(" plugin_active plugin=" + library.stem().string() + " ");
}

void BenchHost::take_plugin(const std::string& name) {
  folder_.remove_plugin(name);
  wait_for_line(" plugin_missing plugin=" + name + " ");
}

std::int64_t BenchHost::jobs(const std::string& state) {
  HttpConnection admin(admin_port_);
  const HttpAnswer answer =
      admin.exchange("GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " +
                     std::string(kToken) + "\r\n\r\n");
  if (answer.status != 200) throw HostError("bench: no status: " + std::string(answer.body));
  return Json::parse(answer.body).at("jobs").at(state);
}

// The log is cheap to follow; the status is asked for only near the end.
void BenchHost::wait_completed(std::int64_t expected) {
  std::int64_t left = expected - jobs("completed");
  for (; left > kSlots; --left) wait_for_line(" run_ended ");
  const auto deadline = Steady::now() + kPatience;
  while (jobs("completed") < expected) {
    if (Steady::now() > deadline) throw HostError("bench: the jobs do not come to an end");
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

void BenchHost::wait_runs(const std::string& plugin, std::int64_t runs) {
  for (; runs > 0; --runs) wait_for_line(" plugin=" + plugin + " run=");
}

void BenchHost::stop() {
  ::kill(process_->pid(), SIGTERM);
  if (!process_->reap(kPatience)) throw HostError("bench: the host does not stop");
  while (next_line()) {
  }
}

}  // namespace fh::bench
