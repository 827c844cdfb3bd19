#include "config/config_sections.h"

namespace fh {

using namespace std::chrono_literals;

namespace {

std::size_t read_count(ConfigReader& in, const std::string& key, std::size_t otherwise) {
  return static_cast<std::size_t>(
      in.number(key, static_cast<std::int64_t>(otherwise), {1, 100'000}));
}

}  // namespace

IngestConfig read_ingest(ConfigReader in) {
  const IngestConfig defaults;
  IngestConfig ingest;
  ingest.listen = in.address("listen", defaults.listen);
  ingest.max_body = in.size("max_body", defaults.max_body, {kKiB, 64 * kMiB});
  ingest.request_deadline =
      in.duration("request_deadline", defaults.request_deadline, {100ms, 10min});
  ingest.idle_timeout = in.duration("idle_timeout", defaults.idle_timeout, {1s, 1h});
  ingest.max_head = in.size("max_head", defaults.max_head, {kKiB, 256 * kKiB});
  ingest.max_connections = read_count(in, "max_connections", defaults.max_connections);
  ingest.max_connections_per_address =
      read_count(in, "max_connections_per_address",
                 std::min(defaults.max_connections_per_address, ingest.max_connections));
  ingest.max_in_flight = in.size("max_in_flight", defaults.max_in_flight, {kMiB, 4096 * kMiB});
  if (ingest.max_in_flight < ingest.max_body)
    in.mistake("max_in_flight", "is less than max_body: no body of that size could be received");
  ConfigReader tls = in.section("tls");
  const TlsConfig files{tls.path("certificate", ""), tls.path("key", "")};
  if (in.has("tls")) {
    if (!tls.has("certificate")) tls.mistake("certificate", "is missing: a PEM file");
    if (!tls.has("key")) tls.mistake("key", "is missing: the certificate's key, a PEM file");
    ingest.tls = files;
  }
  for (const std::string& text : in.texts("trusted_proxies")) {
    if (auto network = IpNetwork::parse(text))
      ingest.trusted_proxies.push_back(*std::move(network));
    else
      in.mistake("trusted_proxies",
                 "\"" + text + "\" is no address and no network such as \"10.0.0.0/8\"");
  }
  ingest.min_free_disk = in.size("min_free_disk", defaults.min_free_disk, {0, 1024 * 1024 * kMiB});
  return ingest;
}

AdminConfig read_admin(ConfigReader in) {
  AdminConfig admin;
  admin.listen = in.address("listen", admin.listen);
  admin.tokens = in.secrets("tokens", {});
  if (!in.has("tokens") && !admin.listen.loopback())
    in.mistake("listen", "\"" + admin.listen.text() +
                             "\" can be reached from other machines: give admin.tokens, or listen "
                             "on 127.0.0.1, [::1] or localhost");
  return admin;
}

std::filesystem::path read_store(ConfigReader& top) {
  constexpr std::string_view kSqlite = "sqlite:";
  const std::string store = top.text("store", "sqlite:var/fieldhook.db");
  if (store.starts_with(kSqlite) && store.size() > kSqlite.size())
    return (top.reading().folder / store.substr(kSqlite.size())).lexically_normal();
  // A connection string of another store may hold a password: only its first word is shown.
  if (!store.empty())
    top.mistake("store", "\"" + store.substr(0, store.find(':')) +
                             ":...\" is not supported (supported: sqlite:PATH)");
  return {};
}

WorkersConfig read_workers(ConfigReader in) {
  const WorkersConfig defaults;
  WorkersConfig workers;
  workers.max = static_cast<std::size_t>(
      in.number("max", static_cast<std::int64_t>(defaults.max), {1, 1024}));
  workers.drain_grace = in.duration("drain_grace", defaults.drain_grace, {0ms, 24h});
  workers.cancel_grace = in.duration("cancel_grace", defaults.cancel_grace, {0ms, 10min});
  workers.handshake = in.duration("handshake", defaults.handshake, {100ms, 10min});
  return workers;
}

LogConfig read_log(ConfigReader in) {
  LogConfig log;
  const std::string level = in.choice("level", {"error", "warning", "info", "debug"}, "info");
  if (level == "error") log.level = LogLevel::error;
  if (level == "warning") log.level = LogLevel::warning;
  if (level == "debug") log.level = LogLevel::debug;
  const auto file = in.path("file", ".");
  if (in.has("file")) log.file = file;
  return log;
}

RetentionConfig read_retention(ConfigReader in) {
  const RetentionConfig defaults;
  RetentionConfig retention;
  retention.age = in.duration("age", defaults.age, {1h, 3660 * 24h});
  retention.dead = in.duration("dead", std::max(defaults.dead, retention.age), {1h, 3660 * 24h});
  if (retention.dead < retention.age)
    in.mistake("dead", "is shorter than retention.age: what is dead is kept at least as long");
  const std::size_t size = in.size("max_size", 16 * kMiB, {16 * kMiB, 16'777'216 * kMiB});
  if (in.has("max_size")) retention.max_size = size;
  return retention;
}

}  // namespace fh
