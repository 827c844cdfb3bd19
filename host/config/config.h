// Config: the configuration file as plain structs. Whoever holds one holds a configuration without
// mistakes: load_config() reports all of them at once and returns nothing if there is one. Paths
// are absolute, defaults are filled in, limits are held. Every key, default and limit is explained
// in docs/configuration.md. Verification and admin secrets are in here: describe() shows a Config
// without them. Plain values, owned by whoever loaded them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "config/ip_network.h"
#include "config/listen_address.h"
#include "config/secret_ref.h"
#include "config/verify_config.h"
#include "domain/event.h"
#include "domain/record.h"
#include "domain/sender.h"

namespace fh {

/// PEM files: the certificate with its chain, and its key.
struct TlsConfig {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

struct IngestConfig {
  ListenAddress listen{"0.0.0.0", 8080};
  std::size_t max_body = 1024 * 1024;
  Millis request_deadline = std::chrono::seconds(10);  // from the first byte to the last
  Millis idle_timeout = std::chrono::seconds(75);      // between two requests of a connection
  std::size_t max_head = 16 * 1024;                    // bytes
  std::size_t max_connections = 4096;
  std::size_t max_connections_per_address = 2048;
  std::size_t max_in_flight = 64 * 1024 * 1024;  // bytes of requests, over all connections
  std::vector<IpNetwork> trusted_proxies;        // whose X-Forwarded-For is believed
  std::optional<TlsConfig> tls;                  // else plain HTTP
  std::size_t min_free_disk = 64 * 1024 * 1024;  // of the store's; with less nothing is taken
};

/// Without tokens `listen` is loopback, and the server answers its health endpoints only.
struct AdminConfig {
  ListenAddress listen{"127.0.0.1", 8081};
  std::vector<Secret> tokens;
};

struct WorkersConfig {
  std::size_t max = 16;
  Millis drain_grace = std::chrono::seconds(30);  // of a drain, then running jobs are cancelled
  Millis cancel_grace = std::chrono::seconds(5);  // from cancelled() until the worker is killed
  Millis handshake = std::chrono::seconds(10);    // of a new worker, to load its build
};

constexpr std::size_t kDefaultWorkerMemory = std::size_t{1} << 30U;

/// What the operator says about one plugin; where nothing is said, its manifest holds.
struct PluginLimits {
  std::optional<int> slots;
  std::optional<int> max_attempts;
  std::optional<Millis> timeout;
  std::optional<Millis> backoff;
  std::optional<Millis> backoff_max;
  std::size_t backlog = 100'000;  // open jobs; the manifest has no say in it
  int per_record = 100;           // jobs of one record in ten minutes; further ones wait; 0: any
  std::size_t memory = kDefaultWorkerMemory;  // bytes that a worker may write to; 0: any number
};

struct PluginsConfig {
  /// owner: file and folder belong to root or to the host's user, and nobody else may write them.
  /// none: any file that is there; for a folder that is protected by other means.
  enum class Trust { owner, none };

  std::filesystem::path directory;
  Trust trust = Trust::owner;
  std::map<std::string, Json> settings;  // by plugin; objects, as written
  std::map<std::string, std::map<std::string, SecretRef>> secrets;  // by plugin; resolved at use
  std::map<std::string, PluginLimits> limits;                       // by plugin

  PluginLimits limits_of(const std::string& plugin) const;
  /// What a worker may have whose plugin is not known yet: the most that any may have; 0: any
  /// number.
  std::size_t most_memory() const;
};

/// Verified deliveries beyond it are answered 429.
struct RateLimit {
  std::size_t deliveries = 0;  // at once, and again within each `per`
  Millis per{1000};
};

struct SourceConfig {
  enum class FirstSeen { baseline, changed };

  std::string name;
  std::string path;     // exact; with a PathToken, deliveries come to one segment below it
  std::string sender;   // one of senders()
  std::string account;  // default: the sender's name
  RecordType record = RecordType::contact;  // these two: where the body does not say it
  EventKind event = EventKind::updated;
  bool only_record = false;  // it was written out: what is of the other type is not taken
  Mapping mapping;
  std::int64_t portal = 0;                 // of HubSpot's the only one that is taken; 0: any
  std::vector<std::string> ignore_fields;  // never count as changes
  std::vector<std::string> ignore_actors;  // whose changes make no job
  FirstSeen first_seen = FirstSeen::baseline;
  bool capture = false;              // keep what comes, run nothing
  bool retired = false;              // gone for good: 410 to everything, nothing is verified
  std::size_t max_head = 16 * 1024;  // these two default to the ingest server's; bytes
  std::size_t max_body = 1024 * 1024;
  int max_depth = kMaxJsonDepth;       // levels of JSON
  std::optional<Millis> expect_every;  // alert when no delivery comes for this long
  std::optional<RateLimit> rate_limit;
  Millis dedupe_window = std::chrono::minutes(10);  // zero: a repeated body is never a duplicate
  VerifyConfig verify;
};

/// How long what arrived is kept, with the jobs it made. What is open is always kept.
struct RetentionConfig {
  Millis age = std::chrono::hours(24 * 30);    // of a delivery whose jobs all ended well
  Millis dead = std::chrono::hours(24 * 180);  // of one with a dead job
  std::size_t max_size = 0;  // of the store's content; above it the oldest go early; 0: no limit
};

struct LogConfig {
  LogLevel level = LogLevel::info;
  std::optional<std::filesystem::path> file;  // else standard error
};

struct Config {
  /// Null pointer: there is none.
  const SourceConfig* find_source(std::string_view name) const;

  std::filesystem::path file;  // the file it was read from
  IngestConfig ingest;
  AdminConfig admin;
  std::filesystem::path store;  // the SQLite file
  WorkersConfig workers;
  PluginsConfig plugins;
  std::vector<SourceConfig> sources;
  RetentionConfig retention;
  LogConfig log;
};

/// All mistakes of one configuration; what() has them one per line, each a sentence that begins
/// with "config: " and names place, value, cause and, where there is one, the likely remedy.
class ConfigErrors : public HostError {
 public:
  explicit ConfigErrors(std::vector<std::string> mistakes);
  const std::vector<std::string>& mistakes() const { return mistakes_; }

 private:
  std::vector<std::string> mistakes_;
};

struct LoadOptions {
  /// false: Secret::value stays empty and an unreadable secret is no mistake, for commands that
  /// look at a configuration without being the host.
  bool read_secrets = true;
  /// A source's secret that is not there is no mistake: Secret::unusable says why. For the host,
  /// whose other sources go on (docs/decisions/0013-a-missing-secret-stops-its-source-alone.md).
  bool sources_may_wait = false;
};

/// Reads, checks and completes the file (JSON; // and /* */ comments allowed; 1 MiB at most).
/// Throws ConfigErrors.
Config load_config(const std::filesystem::path& path, const LoadOptions& options = {});

/// The same for the text of a file, which need not be there; its path says where relative ones
/// start.
Config read_config(std::string_view text, const std::filesystem::path& file,
                   const LoadOptions& options = {});

/// What is no mistake, and yet most likely not meant: a sentence for each source whose requests
/// cannot be verified by now, because all its secrets expired.
std::vector<std::string> warnings_of(const Config& config, TimePoint now);

/// The configuration in the file's own shape, defaults filled in, presets expanded and secrets as
/// references: what load_config() would take again.
Json describe(const Config& config);

/// Every key that load_config() knows: "ingest.listen", "sources[].verify.header",
/// "plugins.limits.*.slots". Documentation and schema are tested against it.
std::set<std::string> known_config_keys();

}  // namespace fh
