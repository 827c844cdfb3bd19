// describe(): a Config in its file's own shape. It prints references, never a secret's value.
#include "config/config_sections.h"

namespace fh {
namespace {

Json describe_networks(const std::vector<IpNetwork>& networks) {
  Json list = Json::array();
  for (const IpNetwork& network : networks) list.push_back(network.text());
  return list;
}

Json describe_ingest(const IngestConfig& ingest) {
  Json json = {{"listen", ingest.listen.text()},
               {"max_body", size_text(ingest.max_body)},
               {"request_deadline", duration_text(ingest.request_deadline)},
               {"idle_timeout", duration_text(ingest.idle_timeout)},
               {"max_head", size_text(ingest.max_head)},
               {"max_connections", ingest.max_connections},
               {"max_connections_per_address", ingest.max_connections_per_address},
               {"max_in_flight", size_text(ingest.max_in_flight)},
               {"min_free_disk", size_text(ingest.min_free_disk)},
               {"trusted_proxies", describe_networks(ingest.trusted_proxies)}};
  if (ingest.tls)
    json["tls"] = {{"certificate", ingest.tls->certificate.string()},
                   {"key", ingest.tls->key.string()}};
  return json;
}

Json describe_limits(const PluginLimits& limits) {
  Json json = {{"backlog", limits.backlog},
               {"per_record", limits.per_record},
               {"memory", size_text(limits.memory)}};
  if (limits.slots) json["slots"] = *limits.slots;
  if (limits.max_attempts) json["max_attempts"] = *limits.max_attempts;
  if (limits.timeout) json["timeout"] = duration_text(*limits.timeout);
  if (limits.backoff) json["backoff"] = duration_text(*limits.backoff);
  if (limits.backoff_max) json["backoff_max"] = duration_text(*limits.backoff_max);
  return json;
}

Json describe_plugins(const PluginsConfig& plugins) {
  Json secrets = Json::object();
  for (const auto& [plugin, references] : plugins.secrets) {
    secrets[plugin] = Json::object();
    for (const auto& [name, reference] : references) secrets[plugin][name] = reference.text();
  }
  Json limits = Json::object();
  for (const auto& [plugin, one] : plugins.limits) limits[plugin] = describe_limits(one);
  return {{"directory", plugins.directory.string()},
          {"trust", plugins.trust == PluginsConfig::Trust::owner ? "owner" : "none"},
          {"settings", Json(Json::object_t(plugins.settings.begin(), plugins.settings.end()))},
          {"secrets", secrets},
          {"limits", limits}};
}

void describe_traffic(const SourceConfig& source, Json& json) {
  json["capture"] = source.capture;
  json["retired"] = source.retired;
  json["max_head"] = size_text(source.max_head);
  json["max_body"] = size_text(source.max_body);
  json["max_depth"] = source.max_depth;
  if (source.expect_every) json["expect_event_every"] = duration_text(*source.expect_every);
  if (source.rate_limit)
    json["rate_limit"] = {{"deliveries", source.rate_limit->deliveries},
                          {"per", duration_text(source.rate_limit->per)}};
}

Json describe_retention(const RetentionConfig& retention) {
  Json json = {{"age", duration_text(retention.age)}, {"dead", duration_text(retention.dead)}};
  if (retention.max_size > 0) json["max_size"] = size_text(retention.max_size);
  return json;
}

Json describe_source(const SourceConfig& source) {
  const bool baseline = source.first_seen == SourceConfig::FirstSeen::baseline;
  Json json = {{"name", source.name},
               {"path", source.path},
               {"sender", source.sender},
               {"account", source.account},
               {"event", name_of(source.event)},
               {"first_seen", baseline ? "baseline" : "changed"},
               {"dedupe", {{"window", duration_text(source.dedupe_window)}}}};
  if (source.only_record) json["record"] = name_of(source.record);
  if (source.portal != 0) json["portal"] = source.portal;
  if (!source.retired || !std::holds_alternative<Unauthenticated>(source.verify.scheme))
    json["verify"] = describe_verify(source.verify);
  Json mapping = Json::object();
  for (const MappingKey& one : mapping_keys())
    if (const auto& pointer = source.mapping.*one.part) mapping[one.key] = *pointer;
  if (!mapping.empty()) json["mapping"] = mapping;
  if (!source.ignore_fields.empty()) json["ignore_fields"] = source.ignore_fields;
  if (!source.ignore_actors.empty()) json["ignore_actors"] = source.ignore_actors;
  if (!source.verify.public_url.empty()) json["public_url"] = source.verify.public_url;
  return json;
}

const char* level_name(LogLevel level) {
  switch (level) {
    case LogLevel::error: return "error";
    case LogLevel::warning: return "warning";
    case LogLevel::info: return "info";
    case LogLevel::debug: return "debug";
  }
  return "info";
}

}  // namespace

Json describe(const Config& config) {
  Json admin = {{"listen", config.admin.listen.text()}};
  if (!config.admin.tokens.empty()) admin["tokens"] = describe_secrets(config.admin.tokens);
  Json log = {{"level", level_name(config.log.level)}};
  if (config.log.file) log["file"] = config.log.file->string();
  Json sources = Json::array();
  for (const SourceConfig& source : config.sources) {
    sources.push_back(describe_source(source));
    describe_traffic(source, sources.back());
  }
  return {{"ingest", describe_ingest(config.ingest)},
          {"admin", admin},
          {"store", "sqlite:" + config.store.string()},
          {"retention", describe_retention(config.retention)},
          {"workers",
           {{"max", config.workers.max},
            {"drain_grace", duration_text(config.workers.drain_grace)},
            {"cancel_grace", duration_text(config.workers.cancel_grace)},
            {"handshake", duration_text(config.workers.handshake)}}},
          {"plugins", describe_plugins(config.plugins)},
          {"sources", sources},
          {"log", log}};
}

}  // namespace fh
