// HostProcess: a real fieldhookd in a folder of its own, with two sources ("contact", signed, and
// "company", by token) and the plugins a test installs. Starts, stops, kills and restarts it on the
// same store; asks it over HTTP. When a test fails, its log is printed. Whoever drops it ends what
// it started; so does the end of the test's process, however it comes. One thread, but for
// ingest(), sign() and the constant paths.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "system/http_client.h"
#include "system/program.h"
#include "system/waiting.h"

namespace fh::test {

inline constexpr const char* kAdminToken = "the admin token of the tests";
inline constexpr const char* kContactSecret = "the secret of the contact source";
inline constexpr const char* kCompanyToken = "the+token of/the company source";

/// What the misbehave plugin writes about a run: when it begins, and "end" when it gets so far.
struct LoggedRun {
  bool end = false;
  std::int64_t job = 0;
  int run = 0;
  std::string value;
  std::string record;
};

class HostProcess {
 public:
  HostProcess();
  ~HostProcess();
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;

  // Before start(): what start() writes and passes on.
  Json& config() { return config_; }
  Json& limits(const std::string& plugin) { return config_["plugins"]["limits"][plugin]; }
  Environment& environment() { return environment_; }
  /// A sanitizer leaves SIGSEGV and SIGABRT to the system, so that a crash is what it is elsewhere.
  void leave_signals_alone();
  /// Loads this library of the tests into the host, before everything else.
  void preload(const std::string& library);

  /// Puts a file of the test plugins into the plugin folder by rename, as `as` or under its own
  /// name.
  void install(const std::string& library, const std::string& as = "");
  void install_file(const std::filesystem::path& file, const std::string& as);
  void uninstall(const std::string& file);
  void write_config();

  /// Returns when it takes deliveries; throws with its log when it ends before.
  void start();
  /// Does not wait for anything.
  void launch(const std::vector<std::string>& options = {});
  void wait_until_ready();
  /// launch() while the host still runs; whoever gets that one waits for its end.
  std::unique_ptr<ChildProcess> launch_successor();
  /// SIGTERM, and its end: 0 is what everybody hopes for.
  int stop();
  void terminate();
  int wait_for_end();
  /// SIGKILL to the host alone, reaped.
  void kill();
  bool is_running() const { return child_ != nullptr; }
  /// Whether what was launched has ended by itself; wait_for_end() then tells how.
  bool has_ended() { return child_->reap(0ms).has_value(); }
  pid_t pid() const { return child_->pid(); }

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path config_file() const { return folder_ / "fieldhook.json"; }
  std::filesystem::path store_file() const { return folder_ / "store" / "fieldhook.db"; }
  std::filesystem::path plugin_folder() const { return folder_ / "plugins"; }
  std::uint16_t ingest_port() const { return ingest_port_; }
  std::uint16_t admin_port() const { return admin_port_; }
  std::string admin_url() const { return "http://127.0.0.1:" + std::to_string(admin_port_); }
  std::string ingest_url() const { return "http://127.0.0.1:" + std::to_string(ingest_port_); }

  /// A connection of one's own, for a thread of one's own.
  HttpClient ingest() const { return HttpClient(ingest_port_); }
  /// A request to a source as its sender would make it.
  static RawRequest sign(const std::string& body, const std::string& source = "contact");
  /// Posts it and gives the answer to a delivery; throws when that is not 200.
  Json send(const std::string& body, const std::string& source = "contact");
  Reply post(const RawRequest& request);

  Reply admin(const std::string& method, const std::string& target,
              const std::string& token = kAdminToken);
  /// GET /api/v1/...; throws when that is not 200.
  Json api(const std::string& target);
  Json job(std::int64_t id) { return api("jobs/" + std::to_string(id)); }
  /// The one job of a delivery.
  std::int64_t job_of(const Json& answer);
  /// Waits for the job to be in that state; throws with the job when it ends in another.
  Json wait_for(std::int64_t job, const std::string& state);
  /// send(), and waits for its one job.
  Json run(const std::string& body, const std::string& state = "completed");
  Json plugin(const std::string& name) { return api("plugins/" + name); }
  /// The worker that runs the job; waits for it.
  Process worker_of(std::int64_t job);
  /// All that are recorded beside the store.
  std::vector<Process> workers() const;

  std::string log() const;
  bool logged(const std::string& text) const { return log().find(text) != std::string::npos; }
  /// The lines of the log with this text.
  std::vector<std::string> log_lines(const std::string& text) const;
  std::vector<LoggedRun> runs() const;
  std::vector<std::string> effects() const;

 private:
  std::filesystem::path folder_;
  Json config_;
  Environment environment_;
  std::unique_ptr<ChildProcess> child_;
  std::size_t log_start_ = 0;  // of the host that runs now
  std::uint16_t ingest_port_ = 0;
  std::uint16_t admin_port_ = 0;
};

/// An update of one contact: `misbehave` changes to `value`. `note`, if any, makes the body
/// another.
std::string contact_update(const std::string& id, const std::string& value,
                           const std::string& note = "");
/// An update of any one field.
std::string field_update(const std::string& id, const std::string& field, const Json& value);

std::vector<std::string> lines_of(const std::filesystem::path& file);
std::string text_of(const std::filesystem::path& file);

}  // namespace fh::test
